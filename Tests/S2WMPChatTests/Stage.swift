import Foundation
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

@testable import S2WMPChat

/// A chat with a peer that does what the test says.
struct Stage {
  static let alice = Identifier(high: 0x7f3a_0000_0000_0001, low: 0xc1d0)
  static let bob = Identifier(high: 0x22be_0000_0000_0002, low: 0x0914)
  static let carol = Identifier(high: 0x9e01_0000_0000_0003, low: 0x77aa)
  static let address = Endpoint(text: "10.0.0.9:5000") ?? .ipv4(0, port: 0)
  /// 2026-11-24T14:02:00Z
  static let start: UInt64 = 1_795_528_920_000

  static func settings(_ style: ChatSettings.Style = .terminal, limit: Int = 1000) -> ChatSettings {
    ChatSettings(
      style: style, name: "alice", messageLimit: { _ in limit }, localTime: { utc($0) },
      fingerprint: { id, key in key == nil ? "half of \(id.short)" : "print of \(id.short)" })
  }

  static func utc(_ milliseconds: UInt64) -> LocalTime {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return LocalTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), weekday: Int(parts.tm_wday), hour: Int(parts.tm_hour),
      minute: Int(parts.tm_min), second: Int(parts.tm_sec))
  }

  static func time(_ seconds: UInt64 = 0) -> PeerTime { PeerTime(wall: start + seconds * 1000, monotonic: .seconds(1000 + seconds)) }

  static func friend(_ id: Identifier, _ name: String) -> FriendRecord {
    FriendRecord(id: id, name: name, publicKey: [1, 2, 3], address: address, knowsUsAs: alice)
  }
}

extension ChatModel {
  /// Running, with these friends.
  static func started(_ style: ChatSettings.Style = .terminal, limit: Int = 1000, friends: [FriendRecord]) -> ChatModel {
    var model = ChatModel(Stage.settings(style, limit: limit))
    _ = model.receiveListening(addresses: [Stage.address], userID: Stage.alice, fingerprint: "12345", friends: friends, at: Stage.time())
    return model
  }

  mutating func typed(_ text: String, _ seconds: UInt64 = 0) -> [ChatEffect] { type(text, at: Stage.time(seconds)) }

  mutating func happened(_ event: PeerEvent, _ seconds: UInt64 = 0) -> [ChatEffect] { receive(event, at: Stage.time(seconds)) }
}

extension [ChatEffect] {
  /// The lines as plain text; marks as they change.
  var text: [String] {
    compactMap { effect in
      switch effect {
      case .line(let line, _): line.spans.map(\.text).joined()
      case .mark(_, let mark, let otherwise): "mark \(mark.symbol) else \(otherwise?.spans.map(\.text).joined() ?? "nothing")"
      default: nil
      }
    }
  }

  var commands: [PeerCommand] {
    compactMap { effect in
      switch effect {
      case .perform(let command): command
      case .send(let id, let text, _): .send(to: id, text: text)
      default: nil
      }
    }
  }
}
