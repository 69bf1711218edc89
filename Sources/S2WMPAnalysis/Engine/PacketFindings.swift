import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// One framed packet or malformed run: its findings, its answer, and on to the sequencer.
extension Analyzer {
  private static let day: Int64 = 86_400_000

  func packet(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64, _ time: CaptureTime,
    frames: UnsafeBufferPointer<UInt64>?, dialect given: Dialect? = nil
  ) {
    let dialect = given ?? pointer.pointee.dialect ?? .v1
    guard let view = PacketView(framed: bytes, dialect) else { return }
    if frames == nil { pointer.pointee[direction].attach() }
    let record = PacketRecord(
      frame: frame, time: time, conversation: pointer, direction: direction, dialect: dialect, layout: view.layout, bytes: bytes,
      length: UInt64(bytes.count), frames: frames, findings: takeAttached(pointer, direction))
    deliver(record, waits: false)
  }

  /// A packet's turn in the order of frames: what it says by itself, what it says beside earlier ones, and what it answers.
  ///
  /// - Returns: what it waits for itself.
  func judge(_ record: inout PacketRecord) -> AwaitedAnswer? {
    guard record.layout != nil, let view = PacketView(framed: record.bytes, record.dialect) else { return nil }
    noteFields(view, &record)
    if let keys { unlock(view, keys, &record) }
    return exchange(view, &record)
  }

  /// What is not tied to the packet itself but stands on it.
  private func takeAttached(_ pointer: ConversationPointer, _ direction: FlowDirection) -> Findings {
    let attached = pointer.pointee[direction].attached
    if attached.isEmpty { return attached }
    pointer.pointee[direction].attached = []
    settleGapAnchor(pointer, direction)
    return attached
  }

  @discardableResult
  func deliver(_ record: PacketRecord, waits: Bool) -> RecordHandle {
    if isSorted { return sequencer.append(record, waits: waits) }
    var record = record
    if let awaited = judge(&record) { remember(awaited, record, .none) }
    handOut(record)
    return .none
  }

  @discardableResult
  func malformed(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ run: MalformedRun, waits: Bool, dialect: Dialect? = nil
  ) -> RecordHandle {
    var findings = takeAttached(pointer, direction)
    if !run.findings.isEmpty {
      settleGapAnchor(pointer, direction)
      findings.formUnion(run.findings)
    }
    findings.insert(run.code)
    let frames = run.frames.count > 1 ? Self.ascending(run.frames) : run.frames
    var details: Int32 = -1
    if let detail = run.detail { self.details.add(detail, to: &details) }
    return run.shown.withUnsafeBytes { shown in
      frames.withUnsafeBufferPointer { frames in
        deliver(
          PacketRecord(
            frame: run.lowest, time: run.time, conversation: pointer, direction: direction,
            dialect: dialect ?? pointer.pointee.dialect ?? .v1, layout: nil, bytes: shown, length: run.length, frames: frames,
            findings: findings, details: details),
          waits: waits)
      }
    }
  }

  static func ascending(_ frames: [UInt64]) -> [UInt64] {
    zip(frames, frames.dropFirst()).allSatisfy { $0 < $1 } ? frames : Array(Set(frames)).sorted()
  }

  // MARK: - Fields

  private func noteFields(_ view: PacketView, _ record: inout PacketRecord) {
    let undefined = view.undefinedValues
    if !undefined.isEmpty { record.findings.formUnion(Self.findings(undefined)) }
    switch view.layout {
    case .messaging: noteMessage(view, view[Messaging.datetime], view[Messaging.senderID], &record)
    case .acknowledgement: noteAcknowledgement(view, &record)
    case .lookup: noteLookup(view, &record)
    case .lookupResponse: noteLookupResponse(view, &record)
    case .registration: noteAnnouncement(view[Registration.userID], view, &record)
    case .chatRequest: noteKey(view[ChatRequest.publicKey], of: view[ChatRequest.requestorID], "requestor_id", &record)
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      noteKey(view[ChatRequestResponse.publicKey], of: view[ChatRequestResponse.userID], "user_id", &record)
    case .idChange:
      noteTime(view[IDChange.timestamp], &record)
      noteKey(view[IDChange.publicKey], of: view[IDChange.newID], "new_id", &record)
      noteRequest(view.type, &record)
    case .legacyMessaging:
      noteMessage(view, view[LegacyMessaging.datetime], view[LegacyMessaging.senderID], &record)
      if Digest.identifier(sha1: view[LegacyMessaging.body]) != view[LegacyMessaging.hash] { record.findings.insert(.hashMismatch) }
    case .legacyRegistration: noteAnnouncement(view[LegacyRegistration.userID], view, &record)
    case .legacyLookup:
      noteTime(view[LegacyLookup.timestamp], &record)
      noteRequest(view.type, &record)
    case .legacyLookupResponse: noteTime(view[LegacyLookupResponse.timestamp], &record)
    case .legacyUserBroadcast: noteUserBroadcast(view, &record)
    case .legacyChatRequest: noteLegacyChat(view, &record)
    default: break
    }
  }

  private static func findings(_ undefined: UndefinedValues) -> Findings {
    var found: Findings = []
    if undefined.contains(.length) { found.insert(.fieldLength) }
    if undefined.contains(.status) { found.insert(.fieldStatus) }
    if undefined.contains(.broadcast) { found.insert(.fieldBroadcast) }
    if undefined.contains(.name) { found.insert(.fieldName) }
    if undefined.contains(.ack) { found.insert(.fieldAck) }
    if undefined.contains(.error) { found.insert(.fieldError) }
    if undefined.contains(.reserved) { found.insert(.fieldUndefined) }
    if undefined.contains(.contradiction) { found.insert(.ackInconsistent) }
    return found
  }

  /// `value`: milliseconds since 1970.
  private func noteTime(_ value: UInt64, _ record: inout PacketRecord) {
    guard !record.time.isNone else { return }
    let now = record.time.nanoseconds / 1_000_000
    guard let sent = Int64(exactly: value) else { return record.findings.insert(.clockSkew) }
    let (difference, overflow) = sent.subtractingReportingOverflow(now)
    if overflow || difference > Self.day || difference < -Self.day { record.findings.insert(.clockSkew) }
  }

  private func noteMessage(_ view: PacketView, _ datetime: UInt64, _ sender: Identifier, _ record: inout PacketRecord) {
    noteTime(datetime, &record)
    guard view.type == .message else { return }
    let earlier = replays.remember(
      sender, datetime, content: Mix.hash(view.bytes, seed: seed), conversation: record.conversation.pointee.serial, frame: record.frame)
    if let earlier {
      record.findings.insert(.replay)
      details.add(FindingDetail(code: .replay, message: "sender and datetime are those of the message in frame \(earlier)"), to: &record.details)
    }
  }

  private func noteAcknowledgement(_ view: PacketView, _ record: inout PacketRecord) {
    let datetime = view[Acknowledgement.datetime]
    if datetime != 0 { noteTime(datetime, &record) }
    if view[Acknowledgement.error] != 0 { record.findings.insert(.ackRejected) }
  }

  private func noteLookup(_ view: PacketView, _ record: inout PacketRecord) {
    noteTime(view[Lookup.timestamp], &record)
    if view.type != .lookup { noteAddress(of: view[Lookup.userID], &record) }
    if view.type != .broadcastPeer { noteRequest(view.type, &record) }
  }

  private func noteLookupResponse(_ view: PacketView, _ record: inout PacketRecord) {
    noteTime(view[LookupResponse.timestamp], &record)
    if view.type == .broadcastPeerResponse { noteAddress(of: view[LookupResponse.lookupID], &record) }
  }

  private func noteAnnouncement(_ id: Identifier, _ view: PacketView, _ record: inout PacketRecord) {
    noteAddress(of: id, &record)
    noteRequest(view.type, &record)
  }

  private func noteUserBroadcast(_ view: PacketView, _ record: inout PacketRecord) {
    noteTime(view[UserBroadcast.timestamp], &record)
    // The short form is an answer that repeats the asker's own bytes: its ID is not the sender's.
    if view.bytes.count != UserBroadcast.shortLength { noteAddress(of: view[UserBroadcast.userID], &record) }
  }

  private func noteLegacyChat(_ view: PacketView, _ record: inout PacketRecord) {
    noteTime(view[LegacyChatRequest.datetime], &record)
    let key = view[LegacyChatRequest.publicKey]
    noteStrength(key, legacy: true, &record)
    let digest = Digest.identifier(sha256: key)
    if let earlier = identities.noteKey(of: view[LegacyChatRequest.requestorID], hash: digest.high, frame: record.frame) {
      record.findings.insert(.keyChanged)
      details.add(
        FindingDetail(code: .keyChanged, field: "public_key", message: "this user's key in frame \(earlier) was another one"),
        to: &record.details)
    }
  }

  /// The address of an ID: one ID at two addresses is a collision (S2WMP §4.4), or somebody squatting.
  private func noteAddress(of id: Identifier, _ record: inout PacketRecord) {
    let source = record.conversation.pointee.source(record.direction)
    if let known = identities.announce(id, from: source, frame: record.frame) {
      record.findings.insert(.idCollision)
      details.add(FindingDetail(code: .idCollision, message: "this ID came from another address in frame \(known.frame)"), to: &record.details)
    }
  }

  /// A request to a bootstrap server, counted by source.
  private func noteRequest(_ type: PacketType, _ record: inout PacketRecord) {
    let conversation = record.conversation
    if type == .idChange, conversation.pointee.transport == .tcp,
      conversation.pointee.destination(record.direction).port != DefaultPort.bootstrap
    {
      return
    }
    if floods.isFlood(from: conversation.pointee.source(record.direction), at: record.time) { record.findings.insert(.flood) }
  }

  private func noteKey(_ key: UnsafeRawBufferPointer, of id: Identifier, _ field: String, _ record: inout PacketRecord) {
    if Digest.identifier(sha256: key) != id {
      record.findings.insert(.idMismatch)
      details.add(FindingDetail(code: .idMismatch, field: field, message: "\(field) is not the ID of the public key"), to: &record.details)
    }
    noteStrength(key, legacy: false, &record)
  }

  private func noteStrength(_ key: UnsafeRawBufferPointer, legacy: Bool, _ record: inout PacketRecord) {
    guard let parsed = PublicKeyField.parse(key, legacy ? .legacy : .v1) else { return record.findings.insert(.keyInvalid) }
    if parsed.isWeak { record.findings.insert(.keyWeak) }
  }

  /// `1 byte`, `27 bytes`.
  static func bytes(_ count: some BinaryInteger) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

  /// The sentence of a framing fault.
  static func detail(_ fault: FrameFault, _ bytes: UnsafeRawBufferPointer) -> FindingDetail {
    let message =
      switch fault {
      case .version: "the first byte is \(bytes.first.map(String.init) ?? "missing"), not protocol version 1"
      case .type: "type \(bytes.count > 1 ? String(bytes[1]) : "?") is not defined"
      case .messageLength: "length is above \(LegacyMessaging.maximumBody)"
      case .keyLength: "key_length is not one that this packet can have"
      case .nameLength: "name_length is not one that this packet can have"
      }
    return FindingDetail(code: fault.expertCode, field: fault.fieldName, message: message)
  }
}
