import ArgumentParser
import Glibc
import S2WMPAnalysis
import S2WMPCapture
import S2WMPInsight
import S2WMPReport

/// `s2wmp report`: a capture as one page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page of a capture: findings, ladder, plots, users, bytes.",
    discussion: """
      s2wmp report chat.pcap -o chat.html
      s2wmp report chat.pcap -o chat.html --keys bob.keylog       with what was said
      s2wmp report chat.pcap -o trouble.html -Y 'expert.severity >= warning'

      One HTML file that needs neither a network nor a script: open it in any browser, send it, \
      print it. Large captures are summed up; --limit says how many packets are shown with all \
      their bytes. A page with decrypted messages can be read by its owner alone.
      Exit status: 1 under --fail-on; 3 when the capture could not be read to its end (the page says so as well).
      """)

  @Argument(help: ArgumentHelp("A capture; - is standard input.", valueName: "file"))
  var files: [String] = []

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write the page to this file; - is standard output.", valueName: "file"))
  var output: String

  @Option(
    name: [.customShort("Y"), .long],
    help: ArgumentHelp("Only packets for which this is true, as in decode; see s2wmp decode --fields-help.", valueName: "expression"))
  var filter: String?

  @Option(name: [.customShort("c"), .long], help: ArgumentHelp("Packets that are shown in full: those with findings first.", valueName: "n"))
  var limit = 1000

  @OptionGroup var failOn: FailOnArguments

  @OptionGroup(title: "Decryption") var decryption: KeyArguments

  @OptionGroup(title: "Traffic") var traffic: TrafficArguments

  private static let mostShown = 100_000

  func validate() throws {
    let captures = decryption.captures(among: files)
    guard let capture = captures.first else { throw ValidationError("name a capture file, or - for standard input") }
    if captures.count > 1 { throw ValidationError("a page shows one capture: name one file, or join them first, as mergecap does") }
    if output.isEmpty { throw ValidationError("--output takes the name of the page, such as report.html") }
    guard (0...Self.mostShown).contains(limit) else { throw ValidationError("--limit takes 0 to \(Self.mostShown) packets") }
    let inputs = [capture] + files + decryption.keys
    if let page = FileIdentity(path: output), inputs.contains(where: { FileIdentity(path: $0) == page }) {
      throw ValidationError("--output would overwrite its own input \(Printable.text(output)): name another file")
    }
  }

  func run() throws {
    let display = try compiledFilter()
    let run = try CaptureRun(files, decryption, traffic)
    let sink = ReportSink(filter: display, limit: limit)
    let file = run.files.first ?? "-"
    let gate = failOn.gate
    let failure = Recording(path: file, traffic: traffic, sink: gate?.before(sink) ?? sink, keys: run.keys).decode().failure
    if let failure { StandardError.complain("\(failure)") }
    if failure == nil || sink.hasPackets {
      var page = sink.page(file: Self.title(file))
      page.filter = filter
      page.problem = failure.map { "\($0)".replacing(file, with: Self.title(file)) }
      try PageFile.write(page, to: output, isPrivate: sink.material.holdsPlaintext)
    }
    if failure != nil { throw ExitCode(3) }
    try gate?.finish()
  }

  /// The page is for others as well: which folder the capture lay in does not concern them.
  private static func title(_ file: String) -> String {
    file == "-" ? "standard input" : file.split(separator: "/").last.map { String($0) } ?? file
  }

  private func compiledFilter() throws -> DisplayFilter? {
    do throws(FilterError) {
      return try filter.map { text throws(FilterError) in try DisplayFilter(text) }
    } catch {
      StandardError.line("s2wmp: \(error.rendered)")
      throw ExitCode(2)
    }
  }
}

/// A page on its way into a file, which appears whole or not at all.
enum PageFile {
  static func write(_ page: ReportPage, to path: String, isPrivate: Bool) throws {
    if path == "-" { return page.write { StandardOutput.write($0) } }
    do {
      let file = try ReplacementFile(for: path, modelledOn: nil, isPrivate: isPrivate)
      try page.write { piece in
        var piece = piece
        try piece.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
      }
      try file.finish()
    } catch let error as CaptureWriteError {
      throw CommandError(description: sentence(error, path))
    }
  }

  private static func sentence(_ error: CaptureWriteError, _ path: String) -> String {
    let name = Printable.text(path)
    switch error {
    case .cannotOpen(_, let code) where code == EEXIST || code == EISDIR: return "\(name) is no file that a page could be written to: name another one"
    case .cannotOpen(_, let code), .cannotWrite(_, let code, _):
      return "\(name) cannot be written: \(String(cString: strerror(code)).lowercased()); name a file in a folder that you may write to"
    default: return "\(name) cannot be written"
    }
  }
}
