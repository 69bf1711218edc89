import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// All that a survey remembers.
struct SurveyState {
  let limits: SurveyLimits
  var files: [String] = []
  var firstTime = CaptureTime.none
  var lastTime = CaptureTime.none
  var packets: UInt64 = 0
  var malformed: UInt64 = 0
  var bytes: UInt64 = 0
  var decrypted: UInt64 = 0
  var names: NameBook
  var kinds = KindLedger()
  var conversations: ConversationLedger
  var users: UserLedger
  var acknowledgements = AcknowledgementLedger()
  var requests = RequestTable()
  var latencies = LatencyLedger()
  var bootstrap: BootstrapLedger
  var rate: RateLedger
  var findings: FindingLedger

  init(_ limits: SurveyLimits, _ interval: Int64?) {
    self.limits = limits
    names = NameBook(capacity: limits.users)
    conversations = ConversationLedger(limits)
    users = UserLedger(limits)
    bootstrap = BootstrapLedger(limits)
    rate = RateLedger(limits, interval)
    findings = FindingLedger(limits)
  }

  /// The number of the capture that goes on.
  var file: Int { max(0, files.count - 1) }

  mutating func nextFile(_ name: String) {
    files.append(name)
    conversations.nextFile(file)
    requests.forgetAll()
  }

  mutating func note(_ packet: borrowing Dissection) {
    noteTotals(packet)
    let isForward = conversations.note(packet)
    if !packet.findings.isEmpty { noteFindings(packet) }
    if let view = packet.view {
      learn(view, packet, isForward)
    } else {
      conversations.addMalformed()
    }
  }

  private mutating func noteTotals(_ packet: borrowing Dissection) {
    bytes &+= packet.length
    if packet.layout == nil { malformed &+= 1 } else { packets &+= 1 }
    kinds.add(packet.dialect, packet.layout == nil ? 0 : packet.bytes[1], packet.length)
    guard !packet.time.isNone else { return }
    if lastTime.nanoseconds < packet.time.nanoseconds { lastTime = packet.time }
    if firstTime.isNone || packet.time.nanoseconds < firstTime.nanoseconds { firstTime = packet.time }
    rate.add(packet)
  }

  private mutating func noteFindings(_ packet: borrowing Dissection) {
    findings.add(packet.findings, file, packet.frame)
    if packet.findings.contains(.requestUnanswered), let type = packet.type {
      latencies.addUnanswered(type, packet.dialect, isToServer: packet.isToServer)
      bootstrap.noteUnanswered(type)
    }
  }

  var facts: SurveyFacts {
    var facts = SurveyFacts()
    facts.files = files
    facts.firstTime = firstTime.isNone ? nil : firstTime
    facts.lastTime = lastTime.isNone ? nil : lastTime
    facts.packets = packets
    facts.malformed = malformed
    facts.bytes = bytes
    facts.kinds = kinds.facts
    facts.conversations = conversations.entries.map(\.facts)
    facts.conversationsLeftOut = conversations.leftOut
    facts.acknowledgements = acknowledgements.facts
    facts.latencies = latencies.facts
    facts.users = users.entries.map(\.facts)
    facts.usersLeftOut = users.leftOut
    facts.bootstrap = bootstrap.facts
    facts.rate = rate.facts
    facts.findings = findings.facts
    facts.decrypted = decrypted
    facts.names = names
    return facts
  }
}

extension Dissection {
  /// An ID Change goes to friends, over TCP, or to a bootstrap server.
  var isToServer: Bool { transport == .udp || destination.port == DefaultPort.bootstrap }
}
