import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Looks for the weaknesses of the document's section 6 while packets pass. Give it every packet of one capture in order, and ask for the findings at the
/// end or at any time between.
///
/// Everything it remembers is bounded, whatever the traffic. One for each capture: frames are numbered anew in each.
public final class SecurityWatch: DissectionSink {
  private var friends = FriendListDetector()
  private var keys = KeyDetector()
  private var names = NameDetector()
  private var replays = ReplayDetector()
  private var requests = RequestDetector()
  private var announcements = AnnouncementDetector()
  private var metadata = MetadataDetector()
  private var blocks = BlockDetector()
  private var dialects = DialectDetector()
  private var refusals = RefusalDetector()

  public init() {}

  public func receive(_ packet: borrowing Dissection) {
    refusals.note(packet)
    guard let view = packet.view else { return }
    switch view.layout {
    case .messaging, .legacyMessaging, .legacyStatus: noteMessage(packet, view)
    case .acknowledgement: noteAcknowledgement(packet, view)
    case .chatRequest, .chatRequestResponse, .idChange, .legacyChatRequest: noteKey(packet, view)
    default: noteRequest(packet, view)
    }
  }

  private func noteMessage(_ packet: borrowing Dissection, _ view: PacketView) {
    metadata.note(packet, view)
    dialects.note(packet, view)
    guard view.type == .message else { return }
    let isRepeated = replays.note(packet, view)
    if view.layout == .legacyMessaging && !isRepeated { blocks.note(packet, view) }
  }

  private func noteAcknowledgement(_ packet: borrowing Dissection, _ view: PacketView) {
    replays.noteAnswer(packet, view)
    keys.noteAnswer(packet, isAccepted: view[Acknowledgement.ack] == 1 && view[Acknowledgement.error] == 0)
  }

  private func noteKey(_ packet: borrowing Dissection, _ view: PacketView) {
    if view.layout == .chatRequestResponse { keys.noteAnswer(packet, isAccepted: view[ChatRequestResponse.status] == 0) }
    keys.note(packet, view)
    names.note(packet, view)
    dialects.note(packet, view)
    if view.layout == .idChange { requests.note(packet, view) }
  }

  private func noteRequest(_ packet: borrowing Dissection, _ view: PacketView) {
    friends.note(packet, view)
    requests.note(packet, view)
    announcements.note(packet, view)
    if view.layout == .legacyUserBroadcast {
      names.note(packet, view)
      dialects.note(packet, view)
    }
  }

  /// What was found so far: most severe first, then by kind and first frame.
  public func findings() -> [SecurityFinding] {
    let all =
      keys.findings() + names.findings() + replays.findings() + refusals.findings() + announcements.findings() + requests.findings() + dialects.findings()
      + metadata.findings() + blocks.findings() + friends.findings()
    return all.enumerated().sorted { Self.isBefore($0, $1) }.map(\.element)
  }

  private static func isBefore(_ a: (offset: Int, element: SecurityFinding), _ b: (offset: Int, element: SecurityFinding)) -> Bool {
    if a.element.severity != b.element.severity { return a.element.severity > b.element.severity }
    let (rankA, rankB) = (rank(a.element.code), rank(b.element.code))
    if rankA != rankB { return rankA < rankB }
    let (frameA, frameB) = (a.element.frames.first ?? .max, b.element.frames.first ?? .max)
    return frameA != frameB ? frameA < frameB : a.offset < b.offset
  }

  private static func rank(_ code: SecurityCode) -> Int { SecurityCode.allCases.firstIndex(of: code) ?? .max }
}
