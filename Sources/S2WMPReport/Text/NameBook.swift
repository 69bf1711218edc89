import S2WMPAnalysis
import S2WMPWire

/// Who is who: user names by ID, as Chat Requests, accepted responses and legacy broadcasts tell them (S2WMP §3.2.2).
///
/// Anyone can claim any name, so a name stands alone only while nothing speaks against it. When a second ID claims a name that looks the same,
/// or an ID comes with a second name, the ID is shown beside the name from then on. The book never grows beyond its capacity.
public struct NameBook: Sendable {
  private struct Entry {
    /// UTF-8, as received, cut to `longest`.
    var name: [UInt8]
    var isShort: Bool
    var isDoubtful: Bool
  }

  private struct Claim {
    var first: Identifier
    var isContested: Bool
  }

  private let capacity: Int
  private var entries: [Identifier: Entry] = [:]
  /// By what a name looks like.
  private var claims: [[UInt8]: Claim] = [:]

  /// Bytes of a name that are kept and compared.
  private static let longest = 48

  public init(capacity: Int = 4096) { self.capacity = capacity }

  public var count: Int { entries.count }

  /// Learns what a packet says about names; packets whose ID is not their key's say nothing.
  public mutating func learn(from packet: Dissection) {
    guard let view = packet.view, !packet.findings.contains(.idMismatch) else { return }
    switch view.layout {
    case .chatRequest: learn(view[ChatRequest.requestorID], view[ChatRequest.name])
    case .chatRequestResponse where view[ChatRequestResponse.status] == 0:
      learn(view[ChatRequestResponse.userID], view[ChatRequestResponse.name])
    case .legacyChatRequest where view[LegacyChatRequest.status] == 1:
      learn(view[LegacyChatRequest.requestorID], view[LegacyChatRequest.name])
    case .legacyUserBroadcast:
      let name = view.broadcastName
      learn(view[UserBroadcast.userID], name, isShort: view.bytes.count == UserBroadcast.shortLength && name.count == 8)
    default: return
    }
  }

  /// - isShort: the packet was too small for the whole name.
  mutating func learn(_ id: Identifier, _ name: some Collection<UInt8>, isShort: Bool = false) {
    guard !name.isEmpty, !id.isZero else { return }
    let name = Array(name.prefix(Self.longest))
    if let known = entries[id] {
      if known.name == name { return }
      if isShort && known.name.starts(with: name) { return }
      if !known.isShort || !name.starts(with: known.name) {
        entries[id]?.isDoubtful = true
        return
      }
    } else if entries.count >= capacity {
      return
    }
    entries[id] = Entry(name: name, isShort: isShort, isDoubtful: !Self.isPlainASCII(name))
    claim(LookAlike.appearance(name), id)
  }

  private mutating func claim(_ appearance: [UInt8], _ id: Identifier) {
    if let claim = claims[appearance] {
      if claim.first != id { claims[appearance]?.isContested = true }
    } else if claims.count < 2 * capacity {
      claims[appearance] = Claim(first: id, isContested: false)
    }
  }

  /// The name of an ID, and whether the ID must stand beside it.
  package func name(of id: Identifier) -> (name: [UInt8], isDoubtful: Bool)? {
    guard let entry = entries[id] else { return nil }
    return (entry.name, entry.isDoubtful || claims[LookAlike.appearance(entry.name)]?.isContested != false)
  }

  private static func isPlainASCII(_ name: [UInt8]) -> Bool { name.allSatisfy { $0 >= 0x20 && $0 < 0x7f } }
}

extension PacketView {
  /// A User Broadcast's name as UTF-8 without its padding; unpaired code units become U+FFFD.
  package var broadcastName: [UInt8] {
    let units = UTF16Name.codeUnits(bytes[UserBroadcast.nameOffset..<(bytes.count - 1)])
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}
