import ArgumentParser
import Glibc
import S2WMPCapture
import S2WMPReport
import S2WMPWire

/// `s2wmp encode`: the inverse of `decode --format ndjson`.
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Make packets from JSON: the inverse of decode --format ndjson.",
    discussion: """
      Reads one object, an array of objects, or objects one after the other, in the notation of decode --format ndjson. Lengths and other \
      derived fields may be left out; lengths that are given are kept, right or wrong. Keys that only describe (frame, expert, latency, …) \
      are ignored. In a capture, src, dst, transport, stream and time say where and when a packet travels; without them a place that suits \
      its type is chosen, a millisecond after the packet before.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case hex, raw, pcap, pcapng
  }

  @Argument(help: ArgumentHelp("The JSON to read; - is standard input.", valueName: "file"))
  var input: String

  @Option(
    help: "hex (one line a packet), raw (the packets' bytes back to back), pcap or pcapng; without it the ending of the output file decides, or hex.")
  var format: Format?

  @Option(name: [.short, .long], help: ArgumentHelp("Where to write; - is standard output.", valueName: "file"))
  var output: String = "-"

  func run() throws {
    if chosen != .hex, output == "-", isatty(STDOUT_FILENO) == 1 {
      try fail("\(chosen.rawValue) output is no text: write it to a file with --output, or to a pipe", status: 2)
    }
    do {
      let packets = try EncodeInput.packets(from: try InputBytes.read(input, limit: EncodeInput.maximumSize))
      try write(packets)
      for remark in packets.compactMap(\.remark) { complain("\(input), \(remark)") }
    } catch let error as EncodeInputError {
      try fail("\(input == "-" ? "standard input" : input), \(error)", status: 3)
    } catch CaptureWriteError.pipeClosed {
      return
    } catch let error where !(error is ExitCode) {
      try fail("\(error)", status: 3)
    }
  }

  private var chosen: Format {
    if let format { return format }
    return output.hasSuffix(".pcapng") ? .pcapng : output.hasSuffix(".pcap") ? .pcap : .hex
  }

  private func write(_ packets: [EncodedPacket]) throws {
    switch chosen {
    case .hex: try OutputBytes.write(packets.flatMap { Array(Hex.string($0.bytes).utf8) + [0x0a] }, to: output)
    case .raw: try OutputBytes.write(packets.flatMap(\.bytes), to: output)
    case .pcap, .pcapng:
      let plan = try CapturePlan(packets, keepsMissingTimes: chosen == .pcapng)
      let writer = try CaptureFileWriter(path: output, format: chosen == .pcap ? .pcap : .pcapng, linkType: 1)
      try EncodeCapture.write(plan, packets, to: writer)
    }
  }

  private func fail(_ sentence: String, status: Int32) throws -> Never {
    complain(sentence)
    throw ExitCode(status)
  }

  private func complain(_ sentence: String) {
    let line = "s2wmp: \(sentence)\(sentence.hasSuffix(".") ? "" : ".")\n"
    _ = line.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
  }
}
