import ArgumentParser
import S2WMPFlow
import S2WMPNetwork
import S2WMPPeer
import S2WMPReport

/// `s2wmp bootstrap`: the server that peers register with and look each other up at.
struct BootstrapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap",
    abstract: "Run a bootstrap server.",
    discussion: """
      s2wmp bootstrap                              port 5005, IPv4 and IPv6, in memory
      s2wmp bootstrap --state /var/lib/s2wmp       registrations survive a restart
      s2wmp bootstrap --listen 10.0.0.7:5005 --listen '[::1]:0'
      s2wmp bootstrap --defect list                what it can do wrong

      Peers register their address here and find others by ID. Both dialects are \
      answered, each in its own. Standard output gets one JSON line an address once \
      sockets take traffic; logs go to standard error, and so do the counters, as \
      one JSON line at the end and whenever SIGUSR1 comes. SIGTERM and Ctrl-C end it \
      in order.

      The server believes source addresses and nothing else: whoever can forge them \
      can register under them or have them banned. IDs are hashes of keys, so a \
      squatter can be looked up but neither reads nor answers anything.
      """)

  @Option(
    help: ArgumentHelp(
      "Where to listen, TCP and UDP (repeatable; port 0 picks one). Default: 0.0.0.0:5005 and [::]:5005.", valueName: "host:port"))
  var listen: [String] = []

  @Option(help: ArgumentHelp("Keep registrations and the server's ID in this folder; without it everything is in memory.", valueName: "dir"))
  var state: String?

  @Option(help: ArgumentHelp("How long a registration lives without being refreshed.", valueName: "seconds"))
  var ttl: UInt64 = 900

  @Option(help: ArgumentHelp("Requests a second that one source may keep up.", valueName: "n"))
  var rate: UInt64 = 50

  @Option(help: ArgumentHelp("Requests that one source may have ahead of its rate.", valueName: "n"))
  var burst: UInt64 = 200

  @Option(help: ArgumentHelp("How long a source over its rate is not answered.", valueName: "seconds"))
  var ban: UInt64 = 60

  @Option(help: ArgumentHelp("Registrations held at most; new IDs beyond it are refused with status 2.", valueName: "n"))
  var maxRegistrations = 1 << 20

  @Option(help: ArgumentHelp("Deviate from the specification on purpose, to test testers; 'list' shows the names.", valueName: "name"))
  var defect: String?

  @Option(help: ArgumentHelp("What the log on standard error tells: error, warning, notice, info, debug or trace.", valueName: "level"))
  var logLevel: LogLevel = .notice

  private static let longest: UInt64 = 366 * 24 * 3600

  func validate() throws {
    guard (1...Self.longest).contains(ttl) else { throw ValidationError("--ttl is 1 second to a year (\(Self.longest) seconds), not \(ttl)") }
    guard ban <= Self.longest else { throw ValidationError("--ban is at most a year (\(Self.longest) seconds), not \(ban)") }
    guard (1...1_000_000_000).contains(rate), (1...1_000_000_000).contains(burst) else {
      throw ValidationError("--rate and --burst are 1 to 1000000000")
    }
    guard (1...100_000_000).contains(maxRegistrations) else { throw ValidationError("--max-registrations is 1 to 100000000") }
    for text in listen where ListenAddress(text: text) == nil {
      throw ValidationError("--listen \(Printable.text(text)) is not HOST:PORT (an IPv6 address stands in brackets: [::1]:5005)")
    }
    if let defect, defect != "list", ServerDefect(name: defect) == nil {
      throw ValidationError("--defect \(Printable.text(defect)) names no defect; '--defect list' shows them")
    }
    if state == "" { throw ValidationError("--state needs the name of a folder") }
  }

  func run() throws {
    if defect == "list" { return StandardOutput.write(DefectList.serverText) }
    let logger = StandardErrorLog.logger(logLevel)
    DescriptorLimit.raise()
    do {
      let service = BootstrapService(options, logger: logger, announce: Self.announce, show: Self.show)
      try ServiceRunner.run([service], logger: logger)
    } catch let failure as BootstrapFailure {
      throw CommandError(description: Printable.text(failure.description))
    }
  }

  private var options: BootstrapOptions {
    var options = BootstrapOptions()
    options.listen = listen.compactMap { ListenAddress(text: $0) }
    options.stateFolder = state
    options.server.lifetime = .seconds(ttl)
    options.server.rate = rate
    options.server.burst = burst
    options.server.ban = .seconds(ban)
    options.server.maximumRegistrations = maxRegistrations
    options.defect = defect.flatMap { ServerDefect(name: $0) }
    return options
  }

  @Sendable private static func announce(_ addresses: [Endpoint]) {
    for address in addresses {
      var line = JSONLine()
      line.put("event", "listening")
      line.put("time", time: WallClock.milliseconds)
      line.put("address", "\(address)")
      line.finished.withUnsafeBytes { StandardOutput.write($0) }
    }
  }

  @Sendable private static func show(_ report: BootstrapReport) { StandardError.line(report.json(time: timeText())) }

  private static func timeText() -> String {
    var text: [UInt8] = []
    Notation.appendTime(WallClock.now(), to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
