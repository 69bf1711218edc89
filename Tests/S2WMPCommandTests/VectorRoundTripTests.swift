import Foundation
import Testing

/// `decode(encode(x)) == x`, through real capture files and the built program.
@Suite("Every vector there and back") struct VectorRoundTripTests {
  private static let keys = ["dialect", "name", "length", "fields"]

  @Test(arguments: ["pcap", "pcapng"]) func encodeThenDecode(format: String) throws {
    let lines = try String(contentsOf: Repository.fixtures.appending(path: "vectors.jsonl"), encoding: .utf8).split(separator: "\n")
    let vectors = lines.filter { !$0.contains("\"kind\"") }
    #expect(vectors.count > 400)
    let input = Data(vectors.joined(separator: "\n").utf8)
    let scratch = try Scratch()
    let path = scratch.folder.appending(path: "all.\(format)").path
    let encoded = try Program("s2wmp").run(["encode", "-", "--output", path], input: input)
    #expect(encoded.status == 0, "\(encoded.errors)")
    let decoded = try Program("s2wmp").run(["decode", "--format", "ndjson", path])
    #expect(decoded.status == 0, "\(decoded.errors)")
    let found = decoded.output.split(separator: "\n")
    try #require(found.count == vectors.count)
    for (vector, line) in zip(vectors, found) { #expect(try Self.facts(vector) == Self.facts(line)) }
  }

  /// The keys that a packet alone decides. An ACK is the same in both dialects, and v1 in the output.
  private static func facts(_ line: Substring) throws -> NSDictionary {
    let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    var facts = object.filter { keys.contains($0.key) }
    if facts["name"] as? String == "ACK" { facts["dialect"] = "v1" }
    return facts as NSDictionary
  }
}
