import S2WMPReport
import S2WMPWire

/// What `conform` prints: a heading a section, a line a requirement, and below a failure what was sent, owed and came.
public struct ConformanceTable {
  public struct Options: Sendable {
    public var hasColour: Bool
    /// Columns of the terminal; nil: lines are as long as it takes.
    public var width: Int?
    /// The command that tries a finding again.
    public var again: @Sendable (Finding) -> String?

    public init(hasColour: Bool = false, width: Int? = nil, again: @escaping @Sendable (Finding) -> String? = { _ in nil }) {
      self.hasColour = hasColour
      self.width = width.map { max($0, 40) }
      self.again = again
    }
  }

  private let options: Options
  private let idColumns: Int
  private var section: String?
  private var line: StyledText
  private var cut: StyledText

  private static let indent = 6
  private static let detailColumn = 14

  /// - checks: those that may come, for the width of their ids.
  public init(_ checks: [Check], _ options: Options = Options()) {
    self.options = options
    idColumns = checks.map(\.id.utf8.count).max() ?? 0
    line = StyledText(colour: options.hasColour)
    cut = line
  }

  /// UTF-8, ready to be written.
  public mutating func append(_ result: RequirementResult, _ finding: Finding?, to out: inout [UInt8]) {
    appendHeading(result.requirement, to: &out)
    switch result.status {
    case .pass: appendRow("✓", nil, result.requirement.id, result.requirement.title, to: &out)
    case .skip:
      let reason = CaseWords.safe(result.reason ?? "no reason was given", limit: 300)
      appendRow("–", .dim, result.requirement.id, "skipped: \(reason)", to: &out)
    case .fail, .error: appendRow("✗", .bad, result.requirement.id, result.requirement.title, to: &out)
    }
    guard result.status == .fail || result.status == .error else { return }
    if let reason = result.reason { appendDetail("but", CaseWords.safe(reason, limit: 600), to: &out) }
    if let finding { append(finding, result.requirement.dialect, to: &out) }
  }

  /// `--list`.
  public static func list(_ checks: [Check], width: Int? = nil, to out: inout [UInt8]) {
    var table = ConformanceTable(checks, Options(width: width))
    for check in checks {
      table.appendHeading(check.requirement, to: &out)
      table.appendRow(" ", nil, check.id, check.requirement.title, to: &out)
    }
  }

  private mutating func appendHeading(_ requirement: Requirement, to out: inout [UInt8]) {
    if section == requirement.section { return }
    section = requirement.section
    line.append("\(requirement.section)  \(Requirements.title(ofSection: requirement.section))")
    finish(to: &out)
  }

  private mutating func appendRow(_ sign: String, _ style: TextStyle?, _ id: String, _ text: String, to out: inout [UInt8]) {
    line.append("  ")
    line.styled(style) { $0.append("\(sign) \(id)") }
    line.advance(to: 4 + idColumns + 2)
    appendWrapped(text, style == .dim ? style : nil, to: &out)
  }

  /// Ends the line, with as many below it as the text takes, all from the same column on.
  private mutating func appendWrapped(_ text: String, _ style: TextStyle? = nil, to out: inout [UInt8]) {
    let column = line.columns
    for (index, part) in WrappedText(text, width: options.width.map { $0 - column }).rows.enumerated() {
      if index > 0 { line.pad(to: column) }
      line.styled(style) { $0.append(part) }
      finish(to: &out)
    }
  }

  private mutating func append(_ finding: Finding, _ dialect: Dialect, to out: inout [UInt8]) {
    appendSent(finding, dialect, to: &out)
    let mismatch = finding.mismatch
    appendDetail("owed", CaseWords.outcome(mismatch.expected, dialect), to: &out)
    appendDetail("came", CaseWords.outcome(mismatch.observed, dialect), to: &out)
    if let again = options.again(finding) { appendCommand("again", CaseWords.safe(again, limit: 4096), to: &out) }
  }

  /// What was sent, the packet that it is about, and its changed fields.
  private mutating func appendSent(_ finding: Finding, _ dialect: Dialect, to out: inout [UInt8]) {
    let exchange = finding.exchange
    let packet = finding.mismatch.packet.flatMap { exchange.packets.indices.contains($0) ? exchange.packets[$0] : nil }
    let plan = packet.flatMap { sent in finding.minimized.last?.plan(step: sent.step, index: sent.index) }
    let words = plan.map { CaseWords.packet($0, bytes: packet?.range.count) }
    let isAlone = finding.minimized.count == 1 && finding.minimized.first?.packetCount == 1
    let sent = finding.minimized.map(CaseWords.steps).joined(separator: ", and after that ")
    appendDetail("sent", isAlone ? words ?? sent : sent, control: Self.words(finding.control), to: &out)
    if !isAlone, let words { appendDetail("at", words, to: &out) }
    guard let packet else { return }
    for row in MarkedFields(exchange, packet: packet, dialect).rows {
      line.pad(to: Self.detailColumn - 5)
      line.styled(.bad) { MarkedFields.append(row, to: &$0) }
      finish(to: &out)
    }
  }

  private static func words(_ control: ControlResult?) -> String? {
    switch control {
    case nil: nil
    case .accepted: "control: accepted"
    case .failed: "this is the control"
    }
  }

  private mutating func appendDetail(_ label: String, _ text: String, control: String? = nil, to out: inout [UInt8]) {
    line.pad(to: Self.indent)
    line.append(label)
    line.advance(to: Self.detailColumn)
    guard let control else { return appendWrapped(text, to: &out) }
    let column = max(60, Self.detailColumn + text.unicodeScalars.count + 2)
    guard let width = options.width, column + control.unicodeScalars.count > width else {
      line.append(text)
      line.advance(to: 60)
      line.append(control)
      return finish(to: &out)
    }
    appendWrapped(text, to: &out)
    line.pad(to: Self.detailColumn)
    line.append(control)
    finish(to: &out)
  }

  /// What is to be copied: never cut, and not broken.
  private mutating func appendCommand(_ label: String, _ text: String, to out: inout [UInt8]) {
    line.pad(to: Self.indent)
    line.append(label)
    line.advance(to: Self.detailColumn)
    line.append(text)
    out.append(contentsOf: line.bytes)
    out.append(0x0a)
    line.clear()
  }

  private mutating func finish(to out: inout [UInt8]) {
    if let width = options.width, line.columns > width {
      cut.clear()
      cut.append(line, room: width)
      out.append(contentsOf: cut.bytes)
    } else {
      out.append(contentsOf: line.bytes)
    }
    out.append(0x0a)
    line.clear()
  }
}

extension Case {
  /// Packets in all, those by UDP as well.
  var packetCount: Int {
    steps.reduce(0) { sum, step in
      switch step {
      case .send(let plans, _): sum + plans.count
      case .datagram: sum + 1
      default: sum
      }
    }
  }

  /// The plan of a packet by its place.
  func plan(step: Int, index: Int) -> PacketPlan? {
    guard steps.indices.contains(step) else { return nil }
    switch steps[step] {
    case .send(let plans, _): return plans.indices.contains(index) ? plans[index] : nil
    case .datagram(let plan): return plan
    default: return nil
    }
  }
}
