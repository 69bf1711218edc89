/// Why bytes cannot be a packet (S2WMP §3.2; the checks of "framed").
public enum FrameFault: UInt8, Sendable {
  /// V is not 1.
  case version
  /// T is not defined in the dialect.
  case type
  /// `length` of a legacy M above 32767.
  case messageLength
  /// `key_length` is 0 where a key is due, or above 8192, or above 0 where none may be.
  case keyLength
  /// `name_length` outside its limits.
  case nameLength

  /// The field that is wrong.
  public var fieldName: String {
    switch self {
    case .version: "version"
    case .type: "type"
    case .messageLength: "length"
    case .keyLength: "key_length"
    case .nameLength: "name_length"
    }
  }
}

/// What the start of some bytes is.
public enum FrameStatus: Sendable, Equatable {
  /// A packet of that many bytes; more may follow.
  case framed(Int)
  /// All well so far; at least this many bytes are needed in all.
  case incomplete(Int)
  case fault(FrameFault)
}

/// Finds where packets end. Total: every input of every length has an answer, and faults show as soon as their byte is there.
public enum Framer {
  /// Judges the packet that starts at the first byte.
  ///
  /// - whole: `bytes` is all there is (a datagram, or a stream's end). Only the legacy User Broadcast, which does not tell its own length, needs to know.
  @inlinable public static func frame(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect, whole: Bool = false) -> FrameStatus {
    // SAFETY: each load below is behind a comparison of `count` with the end of what it reads.
    let count = bytes.count
    guard count > 0, let base = bytes.baseAddress else { return .incomplete(2) }
    if UInt8.load(base, 0) != protocolVersion { return .fault(.version) }
    guard count > 1 else { return .incomplete(2) }
    let type = UInt8.load(base, 1)
    return dialect == .v1 ? frameV1(base, count, type) : frameLegacy(base, count, type, whole)
  }

  @inlinable static func fixed(_ length: Int, _ count: Int) -> FrameStatus {
    count >= length ? .framed(length) : .incomplete(length)
  }

  @inlinable static func frameV1(_ base: UnsafeRawPointer, _ count: Int, _ type: UInt8) -> FrameStatus {
    switch type {
    case 1, 3:
      guard count >= Messaging.length.end else { return .incomplete(Messaging.headerLength) }
      return fixed(Messaging.headerLength &+ Int(Messaging.length.load(base)), count)
    case 6: return fixed(Acknowledgement.length, count)
    case 2: return fixed(Registration.length, count)
    case 9: return fixed(RegistrationResponse.length, count)
    case 4, 12, 14: return fixed(Lookup.length, count)
    case 5, 13, 15: return fixed(LookupResponse.length, count)
    case 8: return keyAndName(base, count, at: ChatRequest.keyLength.offset, smallest: 1, largest: true)
    case 10:
      guard count > ChatRequestResponse.status.offset else { return .incomplete(ChatRequestResponse.fixedLength) }
      let accepted = ChatRequestResponse.status.load(base) == 0
      return keyAndName(base, count, at: ChatRequestResponse.keyLength.offset, smallest: accepted ? 1 : 0, largest: accepted)
    case 11:
      guard count >= IDChange.fixedLength else { return .incomplete(IDChange.fixedLength &+ 1) }
      let key = IDChange.keyLength.load(base)
      guard key >= 1, key <= KeyLimits.maximumKey else { return .fault(.keyLength) }
      return fixed(IDChange.fixedLength &+ Int(key), count)
    default: return .fault(.type)
    }
  }

  /// `key_length`, key, `name_length`, name, from offset `start` on.
  ///
  /// - largest: whether key and name may be there at all.
  @inlinable static func keyAndName(
    _ base: UnsafeRawPointer, _ count: Int, at start: Int, smallest: UInt32, largest: Bool, smallestName: UInt32? = nil
  ) -> FrameStatus {
    let empty = start &+ 8
    guard count >= start &+ 4 else { return .incomplete(empty &+ Int(smallest) &+ Int(smallestName ?? smallest)) }
    let key = UInt32.load(base, start)
    guard key >= smallest, key <= (largest ? KeyLimits.maximumKey : 0) else { return .fault(.keyLength) }
    let nameAt = start &+ 4 &+ Int(key)
    guard count >= nameAt &+ 4 else { return .incomplete(nameAt &+ 4 &+ Int(smallestName ?? smallest)) }
    let name = UInt32.load(base, nameAt)
    guard name >= smallestName ?? smallest, name <= (largest ? KeyLimits.maximumName : 0) else { return .fault(.nameLength) }
    return fixed(nameAt &+ 4 &+ Int(name), count)
  }

  @inlinable static func frameLegacy(_ base: UnsafeRawPointer, _ count: Int, _ type: UInt8, _ whole: Bool) -> FrameStatus {
    switch type {
    case 1:
      guard count >= LegacyMessaging.length.end else { return .incomplete(LegacyMessaging.headerLength) }
      let length = LegacyMessaging.length.load(base)
      guard length <= LegacyMessaging.maximumBody else { return .fault(.messageLength) }
      return fixed(LegacyMessaging.headerLength &+ Int(length), count)
    case 6: return fixed(Acknowledgement.length, count)
    case 2: return fixed(LegacyRegistration.length, count)
    case 3: return fixed(LegacyStatus.length, count)
    case 4: return fixed(LegacyLookup.length, count)
    case 5: return fixed(LegacyLookupResponse.length, count)
    case 9: return fixed(LegacyRegistrationResponse.length, count)
    case 8: return keyAndName(base, count, at: LegacyChatRequest.keyLength.offset, smallest: 1, largest: true, smallestName: 0)
    case 7:
      if whole && count == UserBroadcast.shortLength { return .framed(count) }
      return fixed(UserBroadcast.paddedLength, count)
    default: return .fault(.type)
    }
  }
}
