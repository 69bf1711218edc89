import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Watches packets go by and keeps what they tell together: counts, conversations, users, latencies, rates.
///
/// Memory is bounded by `SurveyLimits` whatever the captures hold, and a packet of a conversation and of users that are known allocates nothing. What
/// was learned so far can be asked for at any time.
public final class Survey: DissectionSink {
  /// Behind a pointer, so that a packet costs no check of exclusive access for each part of it.
  private let state: UnsafeMutablePointer<SurveyState>

  /// - interval: nanoseconds of a span of the rate. Nil: short at first, growing with the capture.
  public init(limits: SurveyLimits = SurveyLimits(), interval: Int64? = nil) {
    state = .allocate(capacity: 1)
    state.initialize(to: SurveyState(limits, interval))
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// A capture begins: frames and conversations are numbered anew. May be left out when there is only one.
  public func nextFile(_ name: String) { state.pointee.nextFile(name) }

  public func receive(_ packet: borrowing Dissection) { state.pointee.note(packet) }

  /// For a packet that is not to be counted: learns how users are called, and that an answer to it may come.
  public func overlook(_ packet: borrowing Dissection) { state.pointee.overlook(packet) }

  public func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { state.pointee.conversations.end(stream, tally) }

  /// Everything so far. Copies lists: ask seldom, or for one of the things below.
  public func facts() -> SurveyFacts { state.pointee.facts }

  // MARK: - For a screen that looks often

  /// Packets so far, malformed runs included.
  public var lineCount: UInt64 { state.pointee.packets &+ state.pointee.malformed }
  public var names: NameBook { state.pointee.names }
  /// Conversations listed so far, in the order of their first packets.
  public var conversationCount: Int { state.pointee.conversations.entries.count }
  public var userCount: Int { state.pointee.users.entries.count }

  /// - index: 0 up to `conversationCount`.
  public func conversation(_ index: Int) -> ConversationFacts { state.pointee.conversations.entries[index].facts }

  /// - index: 0 up to `userCount`.
  public func user(_ index: Int) -> UserFacts { state.pointee.users.entries[index].facts }

  /// What is known of one ID; nil when it is not listed.
  public func user(_ id: Identifier) -> UserFacts? { state.pointee.users.index[id].map { state.pointee.users.entries[Int($0)].facts } }

  /// The listed conversation with a number of the capture that goes on.
  public func conversation(stream: UInt32) -> ConversationFacts? {
    state.pointee.conversations.listed(stream).map { state.pointee.conversations.entries[$0].facts }
  }
}
