/// A packet described once, as a table of field rows.
public protocol PacketLayout {
  static var id: LayoutID { get }
  /// The rows in wire order, for consumers that can afford a walk.
  static var rows: [FieldRow] { get }
}

/// Every layout of both dialects. The legacy ACK is the v1 one.
public enum LayoutID: UInt8, Sendable, CaseIterable {
  case messaging = 0
  case chatRequest
  case chatRequestResponse
  case registration
  case registrationResponse
  case lookup
  case lookupResponse
  case acknowledgement
  case idChange
  case legacyMessaging
  case legacyRegistration
  case legacyStatus
  case legacyLookup
  case legacyLookupResponse
  case legacyUserBroadcast
  case legacyChatRequest
  case legacyRegistrationResponse

  /// The layout of a type, nil when the dialect does not define it.
  @inlinable public init?(_ type: PacketType, _ dialect: Dialect) {
    switch dialect {
    case .v1:
      switch type.rawValue {
      case 1, 3: self = .messaging
      case 2: self = .registration
      case 4, 12, 14: self = .lookup
      case 5, 13, 15: self = .lookupResponse
      case 6: self = .acknowledgement
      case 8: self = .chatRequest
      case 9: self = .registrationResponse
      case 10: self = .chatRequestResponse
      case 11: self = .idChange
      default: return nil
      }
    case .legacy:
      switch type.rawValue {
      case 1: self = .legacyMessaging
      case 2: self = .legacyRegistration
      case 3: self = .legacyStatus
      case 4: self = .legacyLookup
      case 5: self = .legacyLookupResponse
      case 6: self = .acknowledgement
      case 7: self = .legacyUserBroadcast
      case 8: self = .legacyChatRequest
      case 9: self = .legacyRegistrationResponse
      default: return nil
      }
    }
  }

  /// The dialect that it belongs to (ACK, common to both, counts as v1).
  public var dialect: Dialect { rawValue < LayoutID.legacyMessaging.rawValue ? .v1 : .legacy }

  /// The types that use it, in order.
  public var types: [PacketType] {
    PacketType.all(dialect).filter { LayoutID($0, dialect) == self }
  }

  /// Its rows in wire order.
  public var rows: [FieldRow] { Self.allRows[Int(rawValue)] }

  public func row(named name: String) -> FieldRow? { rows.first { $0.name == name } }

  /// The part of a filter name after `s2wmp.`: `messaging`, `legacy.messaging`.
  public var filterName: String { Self.descriptions[Int(rawValue)].filter }

  /// The document's name of the packet.
  public var title: String { Self.descriptions[Int(rawValue)].title }

  /// The section of the document that draws it.
  public var section: String { Self.descriptions[Int(rawValue)].section }

  /// The packet's length in bytes while every counted field is empty.
  public var minimumLength: Int {
    rows.reduce(0) { sum, row in
      switch row.extent {
      case .fixed(let size): sum + size
      case .counted: sum
      case .rest: sum + UserBroadcast.shortNameBytes
      }
    }
  }

  private static let allRows: [[FieldRow]] = [
    Messaging.rows, ChatRequest.rows, ChatRequestResponse.rows, Registration.rows, RegistrationResponse.rows, Lookup.rows,
    LookupResponse.rows, Acknowledgement.rows, IDChange.rows, LegacyMessaging.rows, LegacyRegistration.rows, LegacyStatus.rows,
    LegacyLookup.rows, LegacyLookupResponse.rows, UserBroadcast.rows, LegacyChatRequest.rows, LegacyRegistrationResponse.rows,
  ]

  private static let descriptions: [(filter: String, title: String, section: String)] = [
    ("messaging", "Messaging", "3.2.1"), ("chat_request", "Chat Request", "3.2.2"),
    ("chat_request_response", "Chat Request Response", "3.2.2"), ("registration", "Registration", "3.2.3"),
    ("registration_response", "Registration Response", "3.2.4"), ("lookup", "Lookup", "3.2.5"),
    ("lookup_response", "Lookup Response", "3.2.5"), ("ack", "ACK", "3.2.6"), ("id_change", "ID Change", "3.1"),
    ("legacy.messaging", "Legacy Messaging", "3.2.1"), ("legacy.registration", "Legacy Registration", "3.2.3"),
    ("legacy.status", "Legacy Status", "3.1"), ("legacy.lookup", "Legacy Lookup", "3.2.5"),
    ("legacy.lookup_response", "Legacy Lookup Response", "3.2.5"), ("legacy.user_broadcast", "Legacy User Broadcast", "3.1"),
    ("legacy.chat_request", "Legacy Chat Request", "3.2.2"),
    ("legacy.registration_response", "Legacy Registration Response", "3.2.4"),
  ]
}
