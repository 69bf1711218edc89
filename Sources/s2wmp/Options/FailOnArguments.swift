import ArgumentParser
import S2WMPAnalysis
import S2WMPInsight

/// The severities, as options name them.
enum FailureLevel: String, ExpressibleByArgument, CaseIterable {
  case note, warning, error

  var severity: Severity {
    switch self {
    case .note: .note
    case .warning: .warning
    case .error: .error
    }
  }
}

/// `--fail-on`: findings as an exit status, for scripts.
struct FailOnArguments: ParsableArguments {
  @Option(
    name: .customLong("fail-on"),
    help: ArgumentHelp(
      "Exit with status 1 when a finding of this severity or above was made, be it of a packet or one of security: note, warning or error.",
      valueName: "severity"))
  var failOn: FailureLevel?

  private var severity: Severity? { failOn?.severity }

  /// What stands before a sink and takes part in everything that goes into it; nil without the option.
  var gate: FailureGate? { severity.map { FailureGate(self, $0) } }

  /// Ends the program with status 1, and one line that says why, when a finding reaches the severity asked for.
  ///
  /// - experts: findings of packets.
  func check(_ experts: [FindingCount], _ security: [SecurityFinding], isQuiet: Bool = false) throws {
    guard let severity else { return }
    let words = Self.words(experts.filter { $0.code.severity >= severity }, security.filter { $0.severity >= severity })
    if words.isEmpty { return }
    if !isQuiet { StandardError.line("s2wmp: --fail-on \(severity.name): \(words.joined(separator: ", "))") }
    throw ExitCode(1)
  }

  private static func words(_ experts: [FindingCount], _ security: [SecurityFinding]) -> [String] {
    var counts: [(name: String, severity: Severity, count: UInt64, frame: UInt64?)] = []
    for finding in security {
      if let index = counts.firstIndex(where: { $0.name == finding.code.name }) {
        counts[index].count += 1
      } else {
        counts.append((finding.code.name, finding.severity, 1, finding.frames.first))
      }
    }
    counts += experts.map { ($0.code.name, $0.code.severity, $0.count, $0.frames.first) }
    let ordered = counts.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
    return ordered.map { "\($0.name)\($0.count > 1 ? " ×\($0.count)" : "")\($0.frame.map { " (frame \($0))" } ?? "")" }
  }
}

/// Passes packets on to a sink, and keeps what `--fail-on` asks for.
final class FailureGate: RecordingSink {
  private let arguments: FailOnArguments
  private let severity: Severity
  private var next: (any DissectionSink)?
  private var watch = SecurityWatch()
  private var security: [SecurityFinding] = []
  private var experts = [FindingCount](ExpertCode.allCases.map { FindingCount(code: $0, count: 0, frames: []) })

  init(_ arguments: FailOnArguments, _ severity: Severity) {
    self.arguments = arguments
    self.severity = severity
  }

  /// The gate with a sink behind it.
  func before(_ sink: any DissectionSink) -> FailureGate {
    next = sink
    return self
  }

  var isDone: Bool { (next as? any RecordingSink)?.isDone ?? false }

  /// Before another capture: frames are numbered anew in each.
  func beginCapture() {
    security += watch.findings().filter { $0.severity >= severity }
    watch = SecurityWatch()
  }

  func receive(_ packet: borrowing Dissection) {
    watch.receive(packet)
    if !packet.findings.isEmpty { note(packet.findings, packet.frame) }
    next?.receive(packet)
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { next?.conversationEnded(stream, tally) }

  private func note(_ findings: Findings, _ frame: UInt64) {
    for code in findings.codes where code.severity >= severity {
      let index = Int(code.rawValue)
      experts[index].count += 1
      if experts[index].frames.isEmpty { experts[index].frames = [frame] }
    }
  }

  /// To be called when everything was received and shown.
  func finish(isQuiet: Bool = false) throws {
    beginCapture()
    try arguments.check(experts.filter { $0.count > 0 }, security, isQuiet: isQuiet)
  }
}
