import Foundation
import Testing

/// Several captures at once: the output is that of one after the other.
@Suite("Captures side by side") struct SideBySideTests {
  private static let captures = Repository.names(in: Repository.captures, endings: ["pcap", "pcapng", "gz"])
    .map { Repository.captures.appending(path: $0).path }

  @Test("as many jobs as one likes print the same", arguments: [["-T", "ndjson"], ["-T", "ek"], ["-T", "csv"], ["-e", "frame,name"], ["--count"]])
  func order(format: [String]) throws {
    #expect(Self.captures.count > 50)
    let program = Program("s2wmp")
    let alone = try program.run(["decode", "--jobs", "1"] + format + Self.captures)
    #expect(alone.output.utf8.count > 2)
    for jobs in ["2", "16"] {
      let together = try program.run(["decode", "--jobs", jobs] + format + Self.captures)
      #expect(together.output == alone.output)
      #expect(together.status == alone.status)
    }
  }

  @Test("a capture that cannot be read does not keep the others back") func failure() throws {
    let result = try Program("s2wmp").run(["decode", "-j", "2", "-T", "ndjson", "no-such-file.pcap", Self.captures[0], Self.captures[1]])
    #expect(result.status == 3)
    #expect(result.errors.contains("no-such-file.pcap cannot be opened"))
    let alone = try Program("s2wmp").run(["decode", "-j", "1", "-T", "ndjson", Self.captures[0], Self.captures[1]])
    #expect(!alone.output.isEmpty && result.output == alone.output)
  }

  @Test("keys given open all of them") func keys() throws {
    let capture = Repository.fixtures.appending(path: "captures/lan-chat.pcap").path
    let keys = Repository.fixtures.appending(path: "keys").path
    let logs = ["\(keys)/lan-chat.keylog", "\(keys)/strangers.keylog"]
    let options = ["decode", "-T", "ndjson", capture, capture] + logs.flatMap { ["--keys", $0] }
    let (alone, together) = (try Program("s2wmp").run(options + ["-j", "1"]), try Program("s2wmp").run(options + ["-j", "2"]))
    #expect(alone.output.contains("\"plaintext\""))
    #expect(alone.output == together.output)
  }
}

/// `--format ek`, line by line.
@Suite("For Elasticsearch's bulk interface") struct BulkTests {
  @Test("an action and a document a packet, which holds what ndjson says") func documents() throws {
    for name in ["lan-chat.pcap", "file-pcapng-simple-packets.pcapng", "legacy-chat.pcap"] {
      let path = Repository.fixtures.appending(path: "captures/\(name)").path
      let lines = try Program("s2wmp").run(["decode", "-T", "ek", path]).output.split(separator: "\n")
      let packets = try Program("s2wmp").run(["decode", "-T", "ndjson", path]).output.split(separator: "\n")
      try #require(lines.count == packets.count * 2 && !packets.isEmpty)
      for (index, packet) in packets.enumerated() {
        let object = try #require(JSONSerialization.jsonObject(with: Data(packet.utf8)) as? [String: Any])
        let day = (object["time"] as? String).map { String($0.prefix(10)) } ?? "undated"
        #expect(lines[index * 2] == "{\"index\":{\"_index\":\"packets-\(day)\"}}")
        #expect(lines[index * 2 + 1].hasSuffix("\"layers\":{\"s2wmp\":\(packet)}}"))
        let document = try #require(JSONSerialization.jsonObject(with: Data(lines[index * 2 + 1].utf8)) as? [String: Any])
        #expect((document["timestamp"] as? String == nil) == (day == "undated"))
      }
    }
  }

  @Test("the index template knows every key and field that can come, by its kind") func template() throws {
    let text = try Program("s2wmp").run(["schema", "--format", "elastic"]).output
    let template = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let properties = { (object: Any?) in (object as? [String: Any])?["properties"] as? [String: Any] }
    let mappings = (template["template"] as? [String: Any])?["mappings"]
    let packet = try #require(properties(properties(properties(mappings)?["layers"])?["s2wmp"]))
    let fields = try #require(properties(packet["fields"]))
    for line in try String(contentsOf: Repository.fixtures.appending(path: "vectors.jsonl"), encoding: .utf8).split(separator: "\n") {
      let vector = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for (name, value) in vector["fields"] as? [String: Any] ?? [:] {
        let type = (fields[name] as? [String: Any])?["type"] as? String
        #expect(value is NSNumber ? ["long", "unsigned_long"].contains(type) : ["keyword", "ip"].contains(type), "\(name)")
      }
    }
  }
}
