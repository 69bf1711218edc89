import Foundation
import S2WMPWire

/// Keys as files have them: PEM, and lines of a key log (wire format, section 5.6).
enum KeyText {
  /// PKCS #8 in PEM blocks.
  static func pem(_ keys: [[UInt8]]) -> [UInt8] {
    keys.flatMap { key in
      let text = Data(key).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
      return Array("-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n".utf8)
    }
  }

  static func secret(_ pair: Pair) -> String {
    let ids = [pair.first.id, pair.second.id].sorted()
    return "Z \(ids[0].hex) \(ids[1].hex) \(Hex.string(pair.secret))\n"
  }

  /// The content keys of the messages that begin a segment in these frames.
  static func contentKeys(_ frames: [KeptFrame]) -> [String] {
    var seen: Set<[UInt8]> = []
    return frames.compactMap { frame in
      guard let message = payload(frame.bytes), message.count > 80, message[0] == 1, message[1] == PacketType.message.rawValue else { return nil }
      guard seen.insert(Array(message[5..<48])).inserted else { return nil }
      let datetime = message[5..<13].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let (sender, receiver) = (Hex.string(message[16..<32]), Hex.string(message[32..<48]))
      guard let id = Identifier(hex: sender) else { return nil }
      return "CEK \(sender) \(receiver) \(datetime) \(Hex.string(Chance(id, datetime).contentKey))\n"
    }
  }

  /// Behind Ethernet, IPv4 and TCP without options of IP.
  private static func payload(_ frame: [UInt8]) -> [UInt8]? {
    guard frame.count > 54, frame[23] == 6 else { return nil }
    return Array(frame.dropFirst(34 + Int(frame[46] >> 4) * 4))
  }
}

extension FileBytes {
  /// Decryption secrets of our type.
  mutating func keyLog(_ text: String) {
    block(10) {
      $0.put(0x5332_574b as UInt32)
      $0.put(UInt32(text.utf8.count))
      $0.bytes += Array(text.utf8)
    }
  }
}
