/// One value that a code field defines.
public struct Code: Hashable, Sendable {
  public var value: UInt8
  /// One word for filters and generated files: `user_not_found`.
  public var symbol: String
  /// For people: `user not found`.
  public var text: String

  init(_ value: UInt8, _ text: String) {
    self.value = value
    self.text = text
    symbol = String(text.map { $0 == " " ? "_" : $0 }.filter { $0 != "'" })
  }
}

/// The values that one code field defines. A value outside it is kept, shown as a number and reported.
public struct CodeTable: Sendable {
  public var title: String
  public var codes: [Code]

  public func code(_ value: UInt8) -> Code? { codes.first { $0.value == value } }
}

/// Every code table of both dialects.
public enum Codes {
  /// `status` of M and SC (S2WMP §3.2.1).
  public static let userStatus = CodeTable(
    title: "user status", codes: [Code(0, "online"), Code(1, "busy"), Code(2, "away"), Code(3, "invisible")])
  /// `status` of CRR (S2WMP §3.2.2).
  public static let chatResponse = CodeTable(
    title: "chat request response status",
    codes: [
      Code(0, "accepted"), Code(1, "denied"), Code(2, "invalid requestor ID"), Code(3, "invalid user ID"), Code(4, "invalid key"),
    ])
  /// `status` of RREG (S2WMP §3.2.4).
  public static let registration = CodeTable(
    title: "registration response status",
    codes: [Code(0, "success"), Code(1, "key or address collision"), Code(2, "invalid client ID"), Code(3, "invalid user ID")])
  /// `status` of LP, BSM and BPM: zero (S2WMP §3.2.5).
  public static let request = CodeTable(title: "request status", codes: [Code(0, "request")])
  /// `status` of LPR, BSR and BPR (S2WMP §3.2.5).
  public static let lookup = CodeTable(
    title: "lookup response status",
    codes: [Code(0, "user found"), Code(1, "user not found"), Code(2, "invalid client ID"), Code(3, "invalid user ID")])
  /// `broadcast`, the document's B flag (S2WMP §3.2.5).
  public static let broadcast = CodeTable(title: "broadcast flag", codes: [Code(0, "unicast"), Code(1, "broadcast")])
  /// `ack` (S2WMP §3.2.6).
  public static let acknowledgement = CodeTable(title: "acknowledgement flag", codes: [Code(0, "rejected"), Code(1, "accepted")])
  /// `error` of ACK (S2WMP §3.2.6).
  public static let error = CodeTable(
    title: "ACK error",
    codes: [
      Code(0, "none"), Code(1, "user id couldn't be validated"), Code(2, "hash didn't match"), Code(3, "fields corrupted"),
      Code(4, "could not be decrypted"),
    ])

  /// `status` of the legacy M and SC.
  public static let legacyUserStatus = CodeTable(
    title: "legacy user status", codes: [Code(1, "online"), Code(2, "away"), Code(3, "busy"), Code(4, "offline")])
  /// `status` of the legacy lookup response.
  public static let legacyLookup = CodeTable(
    title: "legacy lookup response status",
    codes: [Code(0, "found"), Code(1, "not found"), Code(2, "invalid lookup ID"), Code(3, "invalid requestor ID")])
  /// `status` of the legacy chat request.
  public static let legacyChat = CodeTable(
    title: "legacy chat request status",
    codes: [Code(1, "valid"), Code(2, "invalid requester ID"), Code(3, "invalid friend ID"), Code(4, "invalid key")])
  /// `status` of the legacy registration response.
  public static let legacyRegistration = CodeTable(
    title: "legacy registration response status", codes: [Code(0, "success"), Code(1, "ID collision"), Code(2, "error")])
  /// `reply` of the legacy User Broadcast.
  public static let legacyReply = CodeTable(title: "legacy reply flag", codes: [Code(0, "announcement"), Code(1, "reply")])

  /// For generated files.
  public static let all: [CodeTable] = [
    userStatus, chatResponse, registration, request, lookup, broadcast, acknowledgement, error, legacyUserStatus, legacyLookup, legacyChat,
    legacyRegistration, legacyReply,
  ]
}
