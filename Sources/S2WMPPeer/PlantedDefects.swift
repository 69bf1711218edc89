import S2WMPCrypto
import S2WMPWire

/// One deliberate deviation from the specification, to measure fuzzers with. Off unless asked for by name.
public struct PlantedDefect: Sendable {
  /// What a fuzzer would call its finding.
  public enum Kind: String, Sendable {
    case wrongError = "wrong-error"
    case acceptedMalformed = "accepted-malformed"
    case rejectedValid = "rejected-valid"
    case noReply = "no-reply"
    case wrongEcho = "wrong-echo"
    case connection, crash, hang, slow
  }

  public let name: String
  /// One line: what the peer does wrong.
  public let summary: String
  /// Section of wire.md, and the check there: `6.1/3.receiver`.
  public let requirement: String
  public let kind: Kind
  private let make: @Sendable () -> PeerRules

  /// New rules with this defect, for one peer: some defects remember what they saw.
  public var rules: PeerRules { make() }

  public init?(name: String) {
    guard let defect = Self.all.first(where: { $0.name == name }) else { return nil }
    self = defect
  }

  private init(_ name: String, _ requirement: String, _ kind: Kind, _ summary: String, _ make: @escaping @Sendable () -> PeerRules) {
    (self.name, self.requirement, self.kind, self.summary, self.make) = (name, requirement, kind, summary, make)
  }

  public static let all: [PlantedDefect] = framing + connections + checks + messages + echoes + requests + changes + datagrams + endurance

  private static let framing = [
    PlantedDefect("version-2", "6.1/1.version", .acceptedMalformed, "takes version 2 for version 1") { VersionTwo() },
    PlantedDefect("type-7", "6.1/1.type", .acceptedMalformed, "takes the reserved type 7 for a packet of 28 bytes, and ignores it") { TypeSeven() },
    PlantedDefect("long-key", "6.1/1.key-length", .acceptedMalformed, "frames a key_length up to 65535 in CR and IC") { LongKey() },
    PlantedDefect("long-name", "6.1/1.name-length", .acceptedMalformed, "frames a name_length of 256 in a CR") { LongName() },
    PlantedDefect("late-fault", "4/framed.at-once", .noReply, "sees a bad version or type only when 28 bytes are there") { LateFault() },
    PlantedDefect("fault-unanswered", "6.1/1.answer", .noReply, "closes without an ACK when it cannot frame") {
      Switched { $0.faultReaction = FaultReaction(answers: false, then: .close) }
    },
    PlantedDefect("fault-kept-open", "6.1/1.close", .connection, "answers what it cannot frame, and keeps the connection") {
      Switched { $0.faultReaction = FaultReaction(answers: true, then: .stay) }
    },
    PlantedDefect("fault-reset", "4/closing", .connection, "resets the connection instead of closing it when it cannot frame") {
      Switched { $0.faultReaction = FaultReaction(answers: true, then: .reset) }
    },
    PlantedDefect("resynchronises", "4/framed.resynchronise", .connection, "looks for the next packet one byte further when it cannot frame") {
      Switched { $0.faultReaction = FaultReaction(answers: false, then: .skip) }
    },
  ]

  private static let connections = [
    PlantedDefect("closes-after-packet", "4/tcp.many-packets", .connection, "closes after each packet") { Switched { $0.closesEach = true } },
    PlantedDefect("one-packet-a-segment", "4/tcp.pipelined", .noReply, "drops what follows a packet in the same segment") { Switched { $0.readsAll = false } },
    PlantedDefect("half-close-unanswered", "4/half-close.inside", .noReply, "a half-close inside a packet gets no ACK") {
      Switched { $0.endReaction.answers = false }
    },
    PlantedDefect("no-read-timeout", "4/read-timeout", .hang, "waits for ever inside a packet") { Switched { $0.times = false } },
    PlantedDefect("stall-unanswered", "4/read-timeout.answer", .noReply, "a stall inside a packet is closed without an ACK") {
      Switched { $0.stallReaction.answers = false }
    },
    PlantedDefect("answers-reversed", "4/tcp.order", .wrongEcho, "answers the packets of one segment in reverse order") { Reversed() },
  ]

  private static let checks = [
    PlantedDefect("sender-before-fields", "6.1/2.order", .wrongError, "checks the sender before the fields: 1 where 3 is due") { SenderFirst() },
    PlantedDefect("status-unchecked", "6.1/2.status", .acceptedMalformed, "takes any status in M and SC") { AnyStatus() },
    PlantedDefect("sc-body-ignored", "6.1/2.sc-length", .acceptedMalformed, "takes an SC that has a body") { StatusBody() },
    PlantedDefect("empty-body-4", "6.1/2.m-length", .wrongError, "an M of length 0 is error 4") { EmptyBody() },
    PlantedDefect("undefined-checked", "3.1/undefined", .rejectedValid, "rejects an M whose undefined bytes are not zero") { StrictUndefined() },
    PlantedDefect("receiver-unchecked", "6.1/3.receiver", .acceptedMalformed, "takes packets for any receiver") { Switched { $0.receivers = true } },
    PlantedDefect("stranger-3", "6.1/3.sender", .wrongError, "a sender who is no friend is error 3") { Renumbered([.sender: 3]) },
    PlantedDefect("client-unchecked", "6.1/3.client", .acceptedMalformed, "takes every client ID") { Switched { $0.clients = true } },
    PlantedDefect("client-replayed", "5.3/bound", .acceptedMalformed, "takes a client_id field again that was good in another packet") { ReplayedClient() },
    PlantedDefect("client-4", "6.1/3.client-error", .wrongError, "a wrong client ID is error 4") { Renumbered([.client: 4]) },
    PlantedDefect("decrypt-2", "6.1/4.body", .wrongError, "a body that does not decrypt is error 2") { Renumbered([.body: 2]) },
    PlantedDefect("hash-unchecked", "6.1/5.hash", .acceptedMalformed, "takes every hash") { Switched { $0.hashes = true } },
    PlantedDefect("hash-3", "6.1/5.error", .wrongError, "a wrong hash is error 3") { Renumbered([.hash: 3]) },
    PlantedDefect("text-before-hash", "6.1/5.order", .wrongError, "looks at the text before the hash: 3 where 2 is due") { TextFirst() },
    PlantedDefect("any-text", "6.1/6.utf8", .acceptedMalformed, "delivers text that is not UTF-8") { Switched { $0.texts = true } },
    PlantedDefect("empty-text-rejected", "6.1/empty", .rejectedValid, "rejects an empty text") { Switched { $0.emptyTexts = false } },
  ]

  private static let messages = [
    PlantedDefect("replay-delivered", "6.1/duplicate.deliver", .acceptedMalformed, "delivers a repeated M again") { Delivering(.deliver, .deliver) },
    PlantedDefect("replay-rejected", "6.1/duplicate.ack", .rejectedValid, "rejects a repeated M with error 3") { Delivering(.reject(3), .deliver) },
    PlantedDefect("late-swallowed", "6.1/duplicate.late", .rejectedValid, "acknowledges an M older than the last one, and does not deliver it") {
      Delivering(.acknowledge, .acknowledge)
    },
    PlantedDefect("stale-status", "6.1/sc.stale", .acceptedMalformed, "applies an SC that is older than the last one") { Switched { $0.statuses = true } },
  ]

  private static let echoes = [
    PlantedDefect("echo-no-datetime", "6.1/echo.datetime", .wrongEcho, "the datetime of a rejecting ACK is 0") {
      Echoing { fields, _ in if fields.error != 0 { fields.datetime = 0 } }
    },
    PlantedDefect("echo-receiver", "6.1/echo.user-id", .wrongEcho, "an ACK carries the receiver's ID, not the sender's") {
      Echoing { fields, receiver in if !fields.userID.isZero { fields.userID = receiver } }
    },
    PlantedDefect("ack-flag", "3.7/ack", .wrongEcho, "ack is 1 in every ACK, even with an error") { Echoing { fields, _ in fields.ack = 1 } },
  ]

  private static let requests = [
    PlantedDefect("cr-any-id", "6.1/cr.id", .acceptedMalformed, "takes a CR whose ID is not its key's") { Switched { $0.requestIDs = true } },
    PlantedDefect("cr-any-key", "6.1/cr.key", .acceptedMalformed, "answers CRR 0 to a key that is of no use") { AnyKey() },
    PlantedDefect("cr-any-name", "6.1/cr.name", .acceptedMalformed, "takes any bytes for a user name") { AnyName() },
    PlantedDefect("closes-after-name", "6.1/cr.name-next", .connection, "answers a CR whose name is no user name, and closes") {
      Switched { $0.closesNames = true }
    },
    PlantedDefect("cr-user-2", "6.1/cr.user-id", .wrongError, "a CR for somebody else gets status 2") { RequestStatus([3: 2]) },
    PlantedDefect("cr-key-1", "6.1/cr.key-status", .wrongError, "an unusable key gets status 1") { RequestStatus([4: 1]) },
    PlantedDefect("cr-key-first", "6.1/cr.order", .wrongError, "looks at the key before user ID and requestor ID: 4 where 3 or 2 is due") { KeyFirst() },
    PlantedDefect("cr-friend-denied", "6.1/cr.again", .rejectedValid, "denies the CR of a friend") { Switched { $0.deniesFriends = true } },
  ]

  private static let changes = [
    PlantedDefect("ic-any-id", "6.1/3.ic-new-id", .acceptedMalformed, "takes an IC whose new ID is not its key's") { Switched { $0.newIDs = true } },
    PlantedDefect("ic-unauthentic", "6.1/3.ic-client", .acceptedMalformed, "takes an IC whatever its client ID") { Switched { $0.changes = true } },
    PlantedDefect("ic-again-rejected", "6.1/ic.again", .rejectedValid, "rejects an IC that was applied already") { Switched { $0.repeatsChanges = false } },
    PlantedDefect("ic-key-1", "6.1/2.ic-key", .wrongError, "an IC with an unusable key is error 1") { ChangeKey() },
  ]

  private static let datagrams = [
    PlantedDefect("udp-reflects", "4/udp.no-answer", .wrongEcho, "answers a malformed datagram with an ACK") { Reflecting() },
    PlantedDefect("udp-trailing", "4/udp.one-packet", .acceptedMalformed, "takes a datagram with bytes behind the packet") { Trailing() },
    PlantedDefect("bpm-for-others", "6.1/bpm.lookup-id", .acceptedMalformed, "answers a BPM that asks for somebody else") { Switched { $0.addressees = true } },
    PlantedDefect("bpm-invisible", "6.1/bpm.invisible", .acceptedMalformed, "answers strangers although it is invisible") { Switched { $0.askers = true } },
    PlantedDefect("bpr-request-id", "3.6/request-id", .wrongEcho, "a BPR carries the request_id 0") { Switched { $0.keepsRequestIDs = false } },
  ]

  private static let endurance = [
    PlantedDefect("crash-long-text", "6.1/crash.length", .crash, "ends when an M is longer than 4096 bytes") {
      Fated { $0.count > 4096 && $0[1] == 1 ? .crash : .handle }
    },
    PlantedDefect("crash-datetime", "6.1/crash.datetime", .crash, "ends when an SC has the greatest datetime there is") {
      Fated { $0[1] == 3 && $0[5..<13].allSatisfy { $0 == 0xff } ? .crash : .handle }
    },
    PlantedDefect("hang-invisible", "6.1/hang.status", .hang, "never answers a connection again on which an invisible friend sent an M") {
      Fated { $0[1] == 1 && $0[2] == 3 ? .hang : .handle }
    },
    PlantedDefect("leak", "6.1/leak", .slow, "keeps a copy of every packet") { Leaking() },
    PlantedDefect("slow-growth", "6.1/slow", .slow, "compares every packet with all packets before it") { Growing() },
  ]
}

/// Rules of which single answers are switched over: what is said here of "any" is accepted unseen.
private final class Switched: PeerRules {
  var (faultReaction, endReaction, stallReaction) = (FaultReaction.sound, FaultReaction.sound, FaultReaction.sound)
  var (closesEach, closesNames, readsAll, times) = (false, false, true, true)
  var (receivers, clients, hashes, texts, statuses) = (false, false, false, false, false)
  var (requestIDs, newIDs, changes, repeatsChanges) = (false, false, false, true)
  var (addressees, askers, deniesFriends, keepsRequestIDs, emptyTexts) = (false, false, false, true, true)

  init(_ change: (Switched) -> Void) {
    super.init()
    change(self)
  }

  override func reaction(to fault: FrameFault) -> FaultReaction { faultReaction }
  override var reactionToEnd: FaultReaction { endReaction }
  override var reactionToStall: FaultReaction { stallReaction }
  override var closesAfterPacket: Bool { closesEach }
  override var closesAfterName: Bool { closesNames }
  override var readsOn: Bool { readsAll }
  override var timesReads: Bool { times }
  override func isForMe(_ isMine: Bool) -> Bool { isMine || receivers }
  override func accepts(client: Identifier, field: Identifier, isAllowed: Bool) -> Bool { isAllowed || clients }
  override func accepts(hashMatches: Bool) -> Bool { hashMatches || hashes }
  override func accepts(plaintext: [UInt8], isText: Bool) -> Bool { (isText || texts) && (emptyTexts || !plaintext.isEmpty) }
  override func appliesStatus(isNewer: Bool) -> Bool { isNewer || statuses }
  override func accepts(idIsKeys: Bool) -> Bool { idIsKeys || requestIDs }
  override func accepts(changeIDIsKeys: Bool) -> Bool { changeIDIsKeys || newIDs }
  override func accepts(changeIsAuthentic: Bool) -> Bool { changeIsAuthentic || changes }
  override func repeatedChange(_ isAuthentic: Bool) -> Bool { isAuthentic && repeatsChanges }
  override func answers(isAddressed: Bool) -> Bool { isAddressed || addressees }
  override func answers(isVisible: Bool) -> Bool { isVisible || askers }
  override func echo(requestID: Opaque64) -> Opaque64 { keepsRequestIDs ? requestID : Opaque64(0) }
  override func acceptance(_ wish: PeerConfiguration.Acceptance, isFriend: Bool) -> PeerConfiguration.Acceptance {
    isFriend && deniesFriends ? .deny : wish
  }
}

// Framing.

private final class VersionTwo: PeerRules {
  override func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus {
    guard bytes.first == 2 else { return super.frame(bytes) }
    var copy = Array(bytes)
    copy[0] = 1
    return copy.withUnsafeBytes { super.frame($0) }
  }
}

private final class TypeSeven: PeerRules {
  override func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus {
    guard bytes.count > 1, bytes[0] == 1, bytes[1] == 7 else { return super.frame(bytes) }
    return bytes.count < 28 ? .incomplete(28) : .framed(28)
  }
}

private final class LongKey: PeerRules {
  override func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus {
    let sound = super.frame(bytes)
    guard sound == .fault(.keyLength), bytes[1] != PacketType.chatRequestResponse.rawValue else { return sound }
    let isRequest = bytes[1] == PacketType.chatRequest.rawValue
    guard let key = length(bytes, at: isRequest ? ChatRequest.keyLength.offset : IDChange.keyLength.offset), key > 0, key < 0x10000 else {
      return sound
    }
    guard isRequest else { return whole(bytes, IDChange.fixedLength + key) }
    guard let name = length(bytes, at: ChatRequest.nameLength.offset + key) else { return .incomplete(ChatRequest.fixedLength + key + 1) }
    return (1...255).contains(name) ? whole(bytes, ChatRequest.fixedLength + key + name) : .fault(.nameLength)
  }
}

private final class LongName: PeerRules {
  override func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus {
    let sound = super.frame(bytes)
    guard sound == .fault(.nameLength), bytes[1] == PacketType.chatRequest.rawValue else { return sound }
    guard let key = length(bytes, at: ChatRequest.keyLength.offset), length(bytes, at: ChatRequest.nameLength.offset + key) == 256 else { return sound }
    return whole(bytes, ChatRequest.fixedLength + key + 256)
  }
}

/// Four bytes as a number, when they are there.
private func length(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
  bytes.count >= offset + 4 ? bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } : nil
}

private func whole(_ bytes: UnsafeRawBufferPointer, _ length: Int) -> FrameStatus {
  bytes.count < length ? .incomplete(length) : .framed(length)
}

private final class LateFault: PeerRules {
  override func frame(_ bytes: UnsafeRawBufferPointer) -> FrameStatus {
    let sound = super.frame(bytes)
    return bytes.count < 28 && (sound == .fault(.version) || sound == .fault(.type)) ? .incomplete(28) : sound
  }
}

private final class Reversed: PeerRules {
  override func arrange(_ answers: inout [UInt8]) {
    let size = Acknowledgement.length
    let starts = stride(from: 0, to: answers.count, by: size)
    guard answers.count.isMultiple(of: size), starts.allSatisfy({ answers[$0 + 1] == PacketType.acknowledgement.rawValue }) else { return }
    answers = starts.reversed().flatMap { answers[$0..<($0 + size)] }
  }
}

// Checks.

private final class SenderFirst: PeerRules {
  override func firstError(_ checks: inout MessageChecks) -> UInt8 {
    let error = checks.sender()
    return error == 0 ? super.firstError(&checks) : error
  }
}

private final class AnyStatus: PeerRules {
  override func hasDefinedFields(_ packet: PacketView, _ all: Bool) -> Bool { packet.undefinedValues.subtracting([.reserved, .status]).isEmpty }
}

private final class StatusBody: PeerRules {
  override func hasDefinedFields(_ packet: PacketView, _ all: Bool) -> Bool {
    all || (packet.type == .statusChange && packet.undefinedValues.subtracting([.reserved, .length]).isEmpty)
  }
}

private final class EmptyBody: PeerRules {
  override func hasDefinedFields(_ packet: PacketView, _ all: Bool) -> Bool {
    all || (packet.type == .message && packet.undefinedValues.subtracting([.reserved, .length]).isEmpty)
  }
}

private final class StrictUndefined: PeerRules {
  override func hasDefinedFields(_ packet: PacketView, _ all: Bool) -> Bool { packet.undefinedValues.isEmpty }
}

private final class Renumbered: PeerRules {
  private let errors: [MessageCheck: UInt8]
  init(_ errors: [MessageCheck: UInt8]) { self.errors = errors }
  override func error(_ check: MessageCheck) -> UInt8 { errors[check] ?? super.error(check) }
}

private final class ReplayedClient: PeerRules {
  private var good: Set<Identifier> = []
  override func accepts(client: Identifier, field: Identifier, isAllowed: Bool) -> Bool {
    if isAllowed, good.count < 100_000 { good.insert(field) }
    return isAllowed || good.contains(field)
  }
}

private final class TextFirst: PeerRules {
  override func firstError(_ checks: inout MessageChecks) -> UInt8 {
    var error = checks.fields()
    if error == 0 { error = checks.sender() }
    if error == 0 { error = checks.body() }
    if error == 0 { error = checks.utf8() }
    return error == 0 ? checks.hash() : error
  }
}

// What follows from good messages.

private final class Delivering: PeerRules {
  private let (repeated, late): (Delivery, Delivery)
  init(_ repeated: Delivery, _ late: Delivery) { (self.repeated, self.late) = (repeated, late) }
  override func delivery(isRepeated: Bool, isLate: Bool) -> Delivery { isRepeated ? repeated : isLate ? late : .deliver }
}

private final class Echoing: PeerRules {
  private let change: (inout AckFields, Identifier) -> Void
  init(_ change: @escaping (inout AckFields, Identifier) -> Void) { self.change = change }
  override func acknowledgement(_ fields: AckFields, receiver: Identifier) -> AckFields {
    var fields = fields
    change(&fields, receiver)
    return fields
  }
}

// Chat requests.

private final class AnyKey: PeerRules {
  override func verdict(on checks: inout RequestChecks) -> RequestVerdict {
    let sound = super.verdict(on: &checks)
    return sound == .refuse(4) ? .acceptable : sound
  }
  override func acceptance(_ wish: PeerConfiguration.Acceptance, isFriend: Bool) -> PeerConfiguration.Acceptance { .auto }
}

private final class AnyName: PeerRules {
  override func verdict(on checks: inout RequestChecks) -> RequestVerdict {
    guard checks.userIsMe else { return .refuse(3) }
    guard checks.idIsKeys, !checks.idIsOwn else { return .refuse(2) }
    return checks.keyIsUsable() ? .acceptable : .refuse(4)
  }
}

private final class RequestStatus: PeerRules {
  private let statuses: [UInt8: UInt8]
  init(_ statuses: [UInt8: UInt8]) { self.statuses = statuses }
  override func status(_ status: UInt8) -> UInt8 { statuses[status] ?? status }
}

private final class KeyFirst: PeerRules {
  override func verdict(on checks: inout RequestChecks) -> RequestVerdict {
    guard checks.nameIsUserName else { return .invalidName }
    return checks.keyIsUsable() ? super.verdict(on: &checks) : .refuse(4)
  }
}

// ID changes.

private final class ChangeKey: PeerRules {
  override func firstError(_ checks: inout IDChangeChecks) -> UInt8 { checks.fields() == 0 ? checks.sender() : 1 }
}

// Datagrams.

private final class Reflecting: PeerRules {
  override func answer(toMalformed bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    [protocolVersion, PacketType.acknowledgement.rawValue, 0, 3] + [UInt8](repeating: 0, count: 24)
  }
}

private final class Trailing: PeerRules {
  override func accepts(datagram bytes: UnsafeRawBufferPointer) -> Bool {
    if case .trailing = Framer.datagram(bytes, .v1) { return true }
    return super.accepts(datagram: bytes)
  }
}

// Endurance.

private final class Fated: PeerRules {
  private let judge: (UnsafeRawBufferPointer) -> PacketFate
  init(_ judge: @escaping (UnsafeRawBufferPointer) -> PacketFate) { self.judge = judge }
  override func fate(of packet: UnsafeRawBufferPointer) -> PacketFate { judge(packet) }
}

private final class Leaking: PeerRules {
  private(set) var kept: [[UInt8]] = []
  override func fate(of packet: UnsafeRawBufferPointer) -> PacketFate {
    kept.append(Array(packet))
    return .handle
  }
}

private final class Growing: PeerRules {
  private var seen: [Identifier] = []
  override func fate(of packet: UnsafeRawBufferPointer) -> PacketFate {
    let digest = Digest.identifier(sha256: packet)
    // Every packet costs as much again as all before it.
    let repeats = seen.reduce(0) { $0 + ($1 == digest ? 1 : 0) }
    if repeats == 0 { seen.append(digest) }
    return .handle
  }
}
