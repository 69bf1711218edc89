import Foundation
import S2WMPWire

/// The worked packets of `Fixtures/vectors.jsonl`, made by an independent implementation: the source of all keys in these captures.
struct WorkedExample: Decodable {
  var kind: String?
  var suite: String?
  var group: String?
  var name: String
  var hex: String
  var sender_public_key: String?
  var receiver_public_key: String?
  var new_public_key: String?
  var Z: String?
  var K_client: String?
  var K_hash: String?
  var K_body: String?
  var datetime: UInt64?
  var status: UInt8?
  var nonce: String?
  var plaintext: String?
  var cek: String?
  var oaep_seed: String?
  var sender_keys: [String]?
  var receiver_keys: [String]?

  static func load(_ folder: URL) throws -> [WorkedExample] {
    let text = try String(contentsOf: folder.appending(path: "vectors.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(WorkedExample.self, from: Data($0.utf8)) }.filter { $0.kind == "crypto" }
  }
}

extension WorkedExample {
  static func bytes(_ hex: String?) throws -> [UInt8] {
    guard let hex, let bytes = Hex.bytes(hex) else { throw MakingError("A worked packet in vectors.jsonl lacks a field that its kind has.") }
    return bytes
  }
}
