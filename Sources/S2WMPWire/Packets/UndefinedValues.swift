/// Which fields of a framed packet hold a value that its layout does not define (check 2 of the receiver, S2WMP §4.3).
public struct UndefinedValues: OptionSet, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// M of length 0 (both dialects), SC of length above 0.
  @inlinable public static var length: UndefinedValues { UndefinedValues(rawValue: 1) }
  @inlinable public static var status: UndefinedValues { UndefinedValues(rawValue: 2) }
  /// The document's B: 1 in BSM and BPM, 0 elsewhere.
  @inlinable public static var broadcast: UndefinedValues { UndefinedValues(rawValue: 4) }
  /// A name with bytes that no user name has.
  @inlinable public static var name: UndefinedValues { UndefinedValues(rawValue: 8) }
  @inlinable public static var ack: UndefinedValues { UndefinedValues(rawValue: 16) }
  @inlinable public static var error: UndefinedValues { UndefinedValues(rawValue: 32) }
  /// `undefined` is not zero: to be ignored, worth a warning.
  @inlinable public static var reserved: UndefinedValues { UndefinedValues(rawValue: 64) }
  /// `ack` and `error` contradict each other.
  @inlinable public static var contradiction: UndefinedValues { UndefinedValues(rawValue: 128) }
}

extension PacketView {
  /// Checks every field that has undefined values. Reads bytes only.
  @inlinable public var undefinedValues: UndefinedValues {
    switch layout {
    case .messaging: undefinedInMessaging
    case .acknowledgement: undefinedInAcknowledgement
    case .lookup, .lookupResponse: undefinedInLookup
    default: undefinedInOthers
    }
  }

  @inlinable var undefinedInMessaging: UndefinedValues {
    var found: UndefinedValues = []
    if self[Messaging.status] > 3 { found.insert(.status) }
    if (self[Messaging.length] == 0) == (type == .message) { found.insert(.length) }
    if self[Messaging.undefined].value != 0 { found.insert(.reserved) }
    return found
  }

  @inlinable var undefinedInAcknowledgement: UndefinedValues {
    var found: UndefinedValues = []
    let ack = self[Acknowledgement.ack]
    let error = self[Acknowledgement.error]
    if ack > 1 { found.insert(.ack) }
    if error > 4 { found.insert(.error) }
    if (ack == 1) != (error == 0) { found.insert(.contradiction) }
    return found
  }

  @inlinable var undefinedInLookup: UndefinedValues {
    var found: UndefinedValues = []
    if self[Lookup.status] > (layout == .lookup ? 0 : 3) { found.insert(.status) }
    let due: UInt8 = type == .broadcastServer || type == .broadcastPeer ? 1 : 0
    if self[Lookup.broadcast] != due { found.insert(.broadcast) }
    return found
  }

  @usableFromInline var undefinedInOthers: UndefinedValues {
    switch layout {
    case .chatRequest: UserName.isValid(self[ChatRequest.name]) ? [] : .name
    case .chatRequestResponse: undefinedInChatResponse
    case .registrationResponse: self[RegistrationResponse.status] > 3 ? .status : []
    case .legacyMessaging: undefinedInLegacyMessaging
    case .legacyStatus: (1...4).contains(self[LegacyStatus.status]) ? [] : .status
    case .legacyLookupResponse: self[LegacyLookupResponse.status] > 3 ? .status : []
    case .legacyRegistrationResponse: self[LegacyRegistrationResponse.status] > 2 ? .status : []
    case .legacyChatRequest: undefinedInLegacyChatRequest
    case .legacyUserBroadcast: UserName.isValidUTF16(bytes[UserBroadcast.nameOffset..<(bytes.count - 1)]) ? [] : .name
    default: []
    }
  }

  private var undefinedInChatResponse: UndefinedValues {
    let status = self[ChatRequestResponse.status]
    if status == 0 { return UserName.isValid(self[ChatRequestResponse.name]) ? [] : .name }
    return status > 4 ? .status : []
  }

  private var undefinedInLegacyMessaging: UndefinedValues {
    var found: UndefinedValues = []
    if !(1...4).contains(self[LegacyMessaging.status]) { found.insert(.status) }
    if self[LegacyMessaging.length] == 0 { found.insert(.length) }
    return found
  }

  private var undefinedInLegacyChatRequest: UndefinedValues {
    var found: UndefinedValues = []
    if !(1...4).contains(self[LegacyChatRequest.status]) { found.insert(.status) }
    if String(validating: self[LegacyChatRequest.name], as: UTF8.self) == nil { found.insert(.name) }
    return found
  }
}

/// What a user name may hold.
public enum UserName {
  /// 1 to 255 bytes of printable US-ASCII.
  public static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.count <= 255 && bytes.allSatisfy { $0 >= 0x20 && $0 <= 0x7e }
  }

  /// UTF-16BE without unpaired surrogates.
  static func isValidUTF16(_ bytes: some Collection<UInt8>) -> Bool {
    let units = UTF16Name.codeUnits(bytes)
    var index = 0
    while index < units.count {
      let (scalar, used) = UTF16Name.scalar(units, index)
      if scalar & 0xffff_f800 == 0xd800 { return false }
      index += used
    }
    return true
  }
}
