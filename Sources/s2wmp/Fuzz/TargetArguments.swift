import ArgumentParser
import S2WMPCrypto
import S2WMPFuzz
import S2WMPWire

/// Which target `conform`, `fuzz` and `replay` work on, and what is known about it.
struct TargetArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The peer's user ID, 32 hex digits (default: the peer is asked for it, by BPM).", valueName: "hex"))
  var peerID: String?

  @Option(help: ArgumentHelp("What the target is: peer or bootstrap.", valueName: "role"))
  var role: TargetRole = .peer

  @Option(
    help: ArgumentHelp("Speak to the peer by this private key (PEM), such as one that is its friend already (default: a new key).", valueName: "file")
  )
  var identity: String?

  @Option(
    help: ArgumentHelp("What protects that key: the first line of this file (or the variable S2WMP_PASSPHRASE).", valueName: "file"))
  var passphraseFile: String?

  @Option(help: ArgumentHelp("The target's suite: rsa or dh (default: each in turn until the target takes one).", valueName: "suite"))
  var suite: Suite?

  @Option(
    help: ArgumentHelp("The target's group: ffdhe2048, ffdhe3072, ffdhe4096 or x25519 (default: each in turn).", valueName: "group"))
  var group: KeyGroup?

  @Option(name: .customLong("dialect"), help: ArgumentHelp("The dialect that the target speaks: v1 or legacy.", valueName: "dialect"))
  var dialectName = Dialect.v1.name

  @Option(help: ArgumentHelp("The target's read timeout: how long it waits for the rest of a packet.", valueName: "seconds"))
  var readTimeout: Double = 5

  @Option(help: ArgumentHelp("How long an answer may take before it counts as missing; silence is waited for as long.", valueName: "seconds"))
  var replyTimeout: Double = 2

  @Option(help: ArgumentHelp("A server's: how long a registration lives that is not refreshed.", valueName: "seconds"))
  var ttl: Double = 900

  @Option(help: ArgumentHelp("A server's: how long it bans a source that asks too often.", valueName: "seconds"))
  var ban: Double = 60

  @Option(help: ArgumentHelp("UDP port on which peers hear broadcasts, to ask for the ID.", valueName: "n"))
  var discoveryPort: UInt16 = DefaultPort.discovery

  @Option(
    help: ArgumentHelp(
      "Start the target with this command (by /bin/sh), again when it dies, and end it afterwards. What it prints as s2wmp peer does is heard.",
      valueName: "command")
  )
  var spawn: String?

  @Option(help: ArgumentHelp("Process number of a target on this machine: its memory and processor time are watched.", valueName: "n"))
  var pid: Int32?

  @Option(help: ArgumentHelp("Write reports (JSON, JUnit, SARIF, HTML) and every finding (.s2case, .pcap) into this folder.", valueName: "dir"))
  var out: String?

  var dialect: Dialect { Dialect(name: dialectName) ?? .v1 }

  func validate() throws {
    if Dialect(name: dialectName) == nil { throw ValidationError("--dialect is v1 or legacy, not \(Printable.text(dialectName))") }
    if let peerID, Identifier(hex: peerID) == nil { throw ValidationError("--peer-id is 32 hex digits, not \(Printable.text(peerID))") }
    guard readTimeout >= 0.01, readTimeout <= 3600 else { throw ValidationError("--read-timeout is 0.01 to 3600 seconds") }
    guard replyTimeout >= 0.01, replyTimeout <= 600 else { throw ValidationError("--reply-timeout is 0.01 to 600 seconds") }
    guard ttl >= 1, ttl <= 31_536_000 else { throw ValidationError("--ttl is 1 second to a year, in seconds") }
    guard ban >= 1, ban <= 31_536_000 else { throw ValidationError("--ban is 1 second to a year, in seconds") }
    if let pid, pid <= 0 { throw ValidationError("--pid is a process number") }
    if spawn != nil, pid != nil { throw ValidationError("--pid is for a target that runs already; one of --spawn is watched anyway") }
    if discoveryPort == 0 { throw ValidationError("--discovery-port is 1 to 65535") }
  }

  /// What a server allows.
  ///
  /// - isPatient: whether there is time for whatever takes long.
  func limits(isPatient: Bool = false) -> ServerLimits {
    let limits = ServerLimits(lifetime: Int(ttl * 1000), ban: Int(ban * 1000))
    return isPatient ? limits.patient : limits
  }

  /// Suites and groups in the order in which they are offered.
  var kinds: [(suite: Suite, group: KeyGroup)] {
    SessionOpening.allKinds.filter { (suite == nil || $0.suite == suite) && (group == nil || $0.group == group) }
  }
}

extension TargetRole: ExpressibleByArgument {}
