import Foundation
import Testing

/// `decode --anonymize`: what a shared copy still tells, and what it must not.
@Suite("Anonymized copies") struct AnonymizeTests {
  private static let captures = Repository.names(in: Repository.captures, endings: ["pcap", "pcapng", "gz"])

  @Test("every capture keeps its packets, times, codes and findings", arguments: captures) func fidelity(name: String) throws {
    let original = try lines(of: Repository.fixtures.appending(path: "captures/\(name)").path)
    let scratch = try Scratch()
    let copy = try lines(of: anonymized(name, in: scratch))
    let whole = original.filter { $0["type"] is NSNumber }
    try #require(copy.count == whole.count)
    for (before, after) in zip(whole, copy) {
      #expect(Self.facts(before) == Self.facts(after))
      #expect(Self.codes(before) == Self.codes(after), "frame \(before["frame"] ?? 0)")
    }
  }

  @Test("no address, ID, name, key or ciphertext of the original is left", arguments: captures) func secrecy(name: String) throws {
    let scratch = try Scratch()
    let copy = try Data(contentsOf: URL(filePath: anonymized(name, in: scratch)))
    for line in try lines(of: Repository.fixtures.appending(path: "captures/\(name)").path) {
      guard let fields = line["fields"] as? [String: Any], line["type"] is NSNumber else { continue }
      for (field, value) in fields {
        guard let text = value as? String, text.utf8.count >= 5, field != "client_id" || line["dialect"] as? String != "legacy" else { continue }
        let bytes = field == "name" ? Data(text.utf8) : Self.bytes(hex: text)
        if let bytes, bytes.count >= 5, Set(bytes).count > 2 { #expect(copy.range(of: bytes) == nil, "\(field) \(text)") }
      }
    }
  }

  @Test("the same secret makes the same stand-ins, another secret others") func consistency() throws {
    let scratch = try Scratch()
    let first = try Data(contentsOf: URL(filePath: anonymized("lan-chat.pcap", in: scratch, secret: "a secret of the first kind")))
    let again = try Data(contentsOf: URL(filePath: anonymized("lan-chat.pcap", in: scratch, secret: "a secret of the first kind")))
    let other = try Data(contentsOf: URL(filePath: anonymized("lan-chat.pcap", in: scratch, secret: "a secret of another kind")))
    #expect(first == again)
    #expect(first != other)
  }

  /// It is read twice, and met twice what the limits cost.
  @Test("what limits cost is said once") func limits() throws {
    let scratch = try Scratch()
    let secret = try scratch.file("secret", Data("sixteen bytes and more".utf8)).path
    let copy = scratch.folder.appending(path: "copy.pcap").path
    let result = try Program("s2wmp").run(["decode", Self.path("lan-chat.pcap"), "--anonymize", secret, "--write", copy, "--max-flows", "1"])
    #expect(result.errors.components(separatedBy: "given up early").count == 2, "\(result.errors)")
  }

  @Test("keys that a capture carries are not in its copy") func embeddedKeys() throws {
    let scratch = try Scratch()
    let result = try Program("s2wmp").run(["decode", "-T", "ndjson", anonymized("keys-embedded.pcapng", in: scratch)])
    #expect(result.status == 0)
    #expect(!result.output.contains("\"plaintext\""))
    #expect(try Program("s2wmp").run(["decode", "-T", "ndjson", Self.path("keys-embedded.pcapng")]).output.contains("\"plaintext\""))
  }

  private static func path(_ name: String) -> String { Repository.fixtures.appending(path: "captures/\(name)").path }

  private func anonymized(_ name: String, in scratch: Scratch, secret: String = "sixteen bytes and more") throws -> String {
    let file = try scratch.file("secret", Data(secret.utf8)).path
    let path = scratch.folder.appending(path: "copy.pcapng").path
    let result = try Program("s2wmp").run(["decode", Self.path(name), "--anonymize", file, "--write", path])
    #expect(result.status == 0, "\(result.errors)")
    return path
  }

  private func lines(of path: String) throws -> [[String: Any]] {
    let result = try Program("s2wmp").run(["decode", "-T", "ndjson", path])
    return try result.output.split(separator: "\n").map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
  }

  /// What must be the same in the copy.
  private static func facts(_ line: [String: Any]) -> NSDictionary {
    var facts = line.filter { ["time", "transport", "dialect", "type", "name", "length", "latency"].contains($0.key) }
    let fields = line["fields"] as? [String: Any] ?? [:]
    for (name, value) in fields where value is NSNumber && name != "undefined" { facts["field \(name)"] = value }
    facts["answers"] = line["reply_to"] != nil
    return facts as NSDictionary
  }

  /// Findings about packets. How segments came is not copied, keys are not, and stand-ins of names are proper names.
  private static func codes(_ line: [String: Any]) -> [String] {
    let experts = line["expert"] as? [[String: Any]] ?? []
    var gone: Set = ["decrypt.failed", "field.name"]
    if line["dialect"] as? String == "v1" { gone.insert("hash.mismatch") }
    return experts.compactMap { $0["code"] as? String }.filter { code in
      !["tcp.", "capture.", "malformed."].contains { code.hasPrefix($0) } && !gone.contains(code)
    }.sorted()
  }

  private static func bytes(hex: String) -> Data? {
    guard hex.utf8.count % 2 == 0, hex.allSatisfy(\.isHexDigit) else { return nil }
    var data = Data()
    var rest = Substring(hex)
    while let byte = UInt8(rest.prefix(2), radix: 16), !rest.isEmpty {
      data.append(byte)
      rest = rest.dropFirst(2)
    }
    return data
  }
}
