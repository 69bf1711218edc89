import S2WMPFlow
import S2WMPWire

/// A CR as received (S2WMP §3.2.2 as the authors' program sends it).
struct LegacyChat {
  let requestor: Identifier
  let user: Identifier
  let datetime: UInt64
  let key: [UInt8]
  let name: String
  let remote: Endpoint

  /// Nil when the name is none: not UTF-8, or with characters that no terminal should see.
  init?(_ view: PacketView, from remote: Endpoint) {
    guard let name = String(validating: view[LegacyChatRequest.name], as: UTF8.self),
      !name.unicodeScalars.contains(where: { $0.properties.generalCategory.isUnprintable })
    else { return nil }
    requestor = view[LegacyChatRequest.requestorID]
    user = view[LegacyChatRequest.userID]
    datetime = view[LegacyChatRequest.datetime]
    key = Array(view[LegacyChatRequest.publicKey])
    self.name = name
    self.remote = remote
  }
}

extension Unicode.GeneralCategory {
  /// Controls, invisible formatting, unassigned and private characters, line ends.
  fileprivate var isUnprintable: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
