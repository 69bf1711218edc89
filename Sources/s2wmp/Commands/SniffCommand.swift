import ArgumentParser
import Glibc
import S2WMPAnalysis
import S2WMPCapture
import S2WMPReport

/// `s2wmp sniff`: live traffic.
struct SniffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sniff",
    abstract: "Capture live and dissect.",
    discussion: """
      sudo s2wmp sniff                         our ports, default device, until Ctrl-C
      s2wmp sniff --list                       the devices
      sudo s2wmp sniff --live                  a screen: scroll, filter as you type, save
      sudo s2wmp sniff eth0 -w chat.pcapng     keep the frames while watching
      sudo s2wmp sniff lo --bpf 'tcp port 6000' --port 6000
      sudo s2wmp sniff -w chat.pcapng --embed-keys keys.log
      sudo s2wmp sniff -q -w ring.pcap --ring-size 10 --ring-files 5

      Needs the right to capture: run it with sudo, or grant it once with setcap \
      (the error message names the command). Lines are shown as packets complete; \
      what only later frames tell (requests that stay unanswered) is told by decode \
      of the written file.
      """)

  @Flag(help: "A live screen instead of lines: packets, conversations, users, findings; ? there lists its keys.")
  var live = false

  @Option(help: ArgumentHelp("Packets that --live keeps. (default: 10000)", valueName: "n"))
  var keep: Int?

  @Argument(help: ArgumentHelp("The device; without it the first that is up and no loopback.", valueName: "device"))
  var device: String?

  @Option(name: [.customShort("i"), .long], help: ArgumentHelp("The same, as tcpdump and tshark name it.", valueName: "device"))
  var interface: String?

  @Flag(name: [.customShort("D"), .long], help: "List the devices, and end.")
  var list = false

  @Option(
    name: [.customShort("f"), .customLong("bpf")],
    help: ArgumentHelp("Capture filter in libpcap's language; without it our ports; '' for everything.", valueName: "expression"))
  var captureFilter: String?

  @OptionGroup(title: "Output") var display: DisplayArguments

  @Option(
    name: [.customShort("w"), .long],
    help: ArgumentHelp("Write the captured frames (pcapng when the name ends so).", valueName: "file"))
  var write: String?

  @Option(
    help: ArgumentHelp(
      "Decrypt with this key log, which may still grow, and keep it in what --write writes or --live saves (pcapng).", valueName: "keylog"))
  var embedKeys: String?

  @Option(help: ArgumentHelp("Begin a new file after this many MB.", valueName: "mb")) var ringSize: Double?
  @Option(help: ArgumentHelp("Begin a new file after this many seconds.", valueName: "s")) var ringTime: Double?
  @Option(help: ArgumentHelp("Keep only this many files.", valueName: "n")) var ringFiles: Int?

  @Option(name: [.customShort("a"), .long], help: ArgumentHelp("Stop after this many seconds.", valueName: "s"))
  var duration: Double?

  @Option(name: [.customShort("s"), .long], help: ArgumentHelp("Bytes kept of each frame.", valueName: "bytes"))
  var snaplen: Int32 = 262_144

  @OptionGroup var failOn: FailOnArguments

  @Flag(name: [.customShort("p"), .long], help: "Do not put the device into promiscuous mode.")
  var noPromiscuous = false

  @Option(name: [.customShort("B"), .long], help: ArgumentHelp("The kernel's buffer.", valueName: "mib"))
  var buffer: Int32?

  @OptionGroup(title: "Decryption") var decryption: KeyArguments

  @OptionGroup(title: "Traffic") var traffic: TrafficArguments

  func validate() throws {
    if device != nil && interface != nil { throw ValidationError("name the device once: as the argument or with --interface") }
    if write == nil && (ringSize != nil || ringTime != nil || ringFiles != nil) {
      throw ValidationError("--ring-size, --ring-time and --ring-files shape what --write writes: add --write FILE")
    }
    if embedKeys != nil && write?.hasSuffix(".pcapng") != true && (write != nil || !live) {
      throw ValidationError("--embed-keys keeps keys in a pcapng file: add --write with a name that ends in .pcapng")
    }
    if ringFiles != nil && ringSize == nil && ringTime == nil {
      throw ValidationError("--ring-files needs --ring-size or --ring-time, which say when a file is full")
    }
    try validateLive()
    if write == "-" { throw ValidationError("--write - would mix frames with the packets on standard output: name a file") }
    guard (ringSize ?? 1) > 0, (ringTime ?? 1) > 0, (ringFiles ?? 1) > 0, (duration ?? 1) > 0, (1...262_144).contains(snaplen),
      (1...2047).contains(buffer ?? 1)
    else { throw ValidationError("sizes, times and numbers of files are above 0, --snaplen at most 262144, --buffer at most 2047") }
  }

  /// What prints lines, or chooses among them, has no meaning on a screen.
  private func validateLive() throws {
    guard live else {
      if keep != nil { throw ValidationError("--keep says how many packets the live screen keeps: add --live") }
      return
    }
    let others = [
      ("--format", display.chosenFormat != nil), ("--fields", display.fields != nil), ("--dump", display.chosenDump != nil),
      ("--limit", display.limit != nil), ("--list", list),
    ]
    if let (name, _) = others.first(where: \.1) { throw ValidationError("--live shows a screen, so \(name) does not go with it") }
    guard (1...1_000_000).contains(keep ?? 1) else { throw ValidationError("--keep takes 1 to 1000000 packets") }
  }

  func run() throws {
    if live, let obstacle = LiveRun.obstacle {
      StandardError.complain(obstacle)
      throw ExitCode(2)
    }
    do {
      if list { return try listDevices() }
      try capture()
    } catch let error as LiveCaptureError {
      // The filter is the user's own words.
      if case .badFilter = error { throw ValidationError("\(error)") }
      throw CommandError(description: "\(error)")
    } catch let error as CaptureWriteError {
      throw CommandError(description: "\(error)")
    }
  }

  private func listDevices() throws {
    for device in try CaptureDevice.all() {
      var marks: [String] = []
      if device.isUp { marks.append("up") }
      if device.isRunning { marks.append("running") }
      if device.isLoopback { marks.append("loopback") }
      let name = device.name + String(repeating: " ", count: max(1, 16 - device.name.count))
      let about = [marks.joined(separator: ","), device.addresses.joined(separator: " "), device.explanation].filter { !$0.isEmpty }
      StandardOutput.write(name + about.joined(separator: "  ") + "\n")
    }
  }

  private func capture() throws {
    if live { return try LiveRun.run(try chosenDevice(), self) }
    let session = try SniffSession(try chosenDevice(), self)
    try session.run()
  }

  private func chosenDevice() throws -> String {
    if let named = device ?? interface { return named }
    return try CaptureDevice.preferred(of: CaptureDevice.all()).name
  }

  /// The options of the open device.
  var liveOptions: LiveCaptureOptions {
    var options = LiveCaptureOptions()
    options.snapLength = snaplen
    options.isPromiscuous = !noPromiscuous
    options.bufferSize = buffer.map { $0 << 20 }
    options.filter = captureFilter
    options.extraPorts = traffic.port
    return options
  }

  /// What takes the frames that are kept; nil when none are.
  func makeWriter(linkType: Int32, _ secrets: KeyLogFollower?) throws -> (any FrameWriter)? {
    guard let write else { return nil }
    guard ringSize != nil || ringTime != nil else { return try CaptureFileWriter(path: write, linkType: linkType, secrets: secrets) }
    let limits = RingLimits(bytes: ringSize.map { UInt64($0 * 1_000_000) }, seconds: ringTime, files: ringFiles)
    return try RingWriter(path: write, limits: limits, start: WallClock.now(), linkType: linkType, secrets: secrets)
  }
}
