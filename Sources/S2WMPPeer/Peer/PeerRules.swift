import S2WMPCrypto
import S2WMPWire

/// The decisions of a peer, as wire.md makes them. The core asks here; only planted defects answer otherwise.
open class PeerRules {
  public init() {}

  // Framing and connections (S2WMP wire format, section 4).

  func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus { Framer.frame(bytes, .v1) }
  func reaction(to fault: FrameFault) -> FaultReaction { .sound }
  /// The other side half-closed inside a packet.
  var reactionToEnd: FaultReaction { .sound }
  /// The read timeout passed inside a packet.
  var reactionToStall: FaultReaction { .sound }
  /// Whether a stall inside a packet is timed at all.
  var timesReads: Bool { true }
  /// Whether the packets behind the first one of a segment are read.
  var readsOn: Bool { true }
  var closesAfterPacket: Bool { false }
  /// The answers of one call, in order of arrival.
  func arrange(_ answers: inout [UInt8]) {}
  func fate(of packet: UnsafeRawBufferPointer) -> PacketFate { .handle }

  // M, SC and IC (section 6.1).

  func firstError(_ checks: inout MessageChecks) -> UInt8 {
    var error = checks.fields()
    if error == 0 { error = checks.sender() }
    if error == 0 { error = checks.body() }
    if error == 0 { error = checks.hash() }
    if error == 0 { error = checks.utf8() }
    return error
  }

  func firstError(_ checks: inout IDChangeChecks) -> UInt8 {
    let error = checks.fields()
    return error == 0 ? checks.sender() : error
  }

  func error(_ check: MessageCheck) -> UInt8 {
    switch check {
    case .fields, .text: 3
    case .sender, .receiver, .client: 1
    case .body: 4
    case .hash: 2
    }
  }

  func hasDefinedFields(_ packet: PacketView, _ all: Bool) -> Bool { all }
  func isForMe(_ isMine: Bool) -> Bool { isMine }
  func accepts(client: Identifier, field: Identifier, isAllowed: Bool) -> Bool { isAllowed }
  func accepts(hashMatches: Bool) -> Bool { hashMatches }
  func accepts(plaintext: [UInt8], isText: Bool) -> Bool { isText }
  func acknowledgement(_ fields: AckFields, receiver: Identifier) -> AckFields { fields }
  func appliesStatus(isNewer: Bool) -> Bool { isNewer }

  /// - isRepeated: an M with this sender and `datetime` was accepted before.
  /// - isLate: one with a later `datetime` was.
  func delivery(isRepeated: Bool, isLate: Bool) -> Delivery { isRepeated ? .acknowledge : .deliver }

  func accepts(keyIsUsable: Bool) -> Bool { keyIsUsable }
  func accepts(changeIDIsKeys: Bool) -> Bool { changeIDIsKeys }
  func accepts(changeIsAuthentic: Bool) -> Bool { changeIsAuthentic }
  /// An IC that was applied before.
  func repeatedChange(_ isAuthentic: Bool) -> Bool { isAuthentic }

  // CR (section 6.1).

  func accepts(idIsKeys: Bool) -> Bool { idIsKeys }

  func verdict(on checks: inout RequestChecks) -> RequestVerdict {
    guard checks.nameIsUserName else { return .invalidName }
    guard checks.userIsMe else { return .refuse(3) }
    guard accepts(idIsKeys: checks.idIsKeys), !checks.idIsOwn else { return .refuse(2) }
    return accepts(keyIsUsable: checks.keyIsUsable()) ? .acceptable : .refuse(4)
  }

  /// A name that is none says nothing against the connection.
  var closesAfterName: Bool { false }
  func acceptance(_ wish: PeerConfiguration.Acceptance, isFriend: Bool) -> PeerConfiguration.Acceptance { wish }
  /// The status of a CRR that refuses.
  func status(_ status: UInt8) -> UInt8 { status }

  // Datagrams (sections 4 and 6.1).

  func accepts(datagram bytes: UnsafeRawBufferPointer) -> Bool { Framer.datagram(bytes, .v1) == .packet }
  /// A malformed datagram gets no answer.
  func answer(toMalformed bytes: UnsafeRawBufferPointer) -> [UInt8]? { nil }
  func answers(isAddressed: Bool) -> Bool { isAddressed }
  func answers(isVisible: Bool) -> Bool { isVisible }
  func echo(requestID: Opaque64) -> Opaque64 { requestID }
}

/// What happens to a stream that cannot be read on.
struct FaultReaction {
  enum Then {
    case close, reset
    /// Go on one byte further.
    case skip
    /// Keep the connection, read nothing more.
    case stay
  }

  /// With ACK(0, 3, 0, 0).
  var answers: Bool
  var then: Then

  static let sound = FaultReaction(answers: true, then: .close)
}

/// What is done with a packet before anything is looked at.
enum PacketFate {
  case handle
  /// The process ends.
  case crash
  /// The connection is never answered again.
  case hang
}

/// What is done with an M that passed all checks.
enum Delivery {
  case deliver
  /// Not delivered again.
  case acknowledge
  case reject(UInt8)
}
