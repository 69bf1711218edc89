import Foundation
import S2WMPAnalysis
import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPReport

/// What keys told, in every output.
@Suite("Decrypted packets in the outputs") struct PlaintextTests {
  private static let client = Identifier(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)

  private static func opened(
    _ bytes: [UInt8], isRight: Bool? = true, client: Identifier? = client, _ cipher: OpenedPacket.Cipher = .aesGCM
  ) throws -> PacketSample {
    try message(SampleIDs.alice, SampleIDs.bob).changed {
      $0.opened = OpenedPacket(plaintext: bytes, isHashRight: isRight, client: client, cipher: cipher)
    }
  }

  private static func json(_ sample: PacketSample) -> String {
    final class Bytes { var value: [UInt8] = [] }
    let bytes = Bytes()
    let out = LineBuffer { bytes.value.append(contentsOf: $0) }
    sample.dissect { NDJSONWriter(out).write($0) }
    out.flush()
    return String(decoding: bytes.value, as: UTF8.self)
  }

  private static func plaintext(_ bytes: [UInt8]) throws -> String? {
    let object = try JSONSerialization.jsonObject(with: Data(json(try opened(bytes)).utf8)) as? [String: Any]
    return object?["plaintext"] as? String
  }

  @Test("The keys stand last, in the order of the table") func order() throws {
    let sample = try Self.opened(Array("lunch?".utf8)).changed {
      $0.replyTo = 3
      $0.latency = 1_500_000_000
      $0.codes = [.replay]
    }
    let line = Self.json(sample)
    let answer = "}],\"reply_to\":3,\"latency\":1.5,"
    #expect(line.hasSuffix(answer + "\"plaintext\":\"lunch?\",\"hash_ok\":true,\"client\":\"0102030405060708090a0b0c0d0e0f10\"}\n"), "\(line)")
  }

  @Test("What is not known is left out") func parts() throws {
    let sample = try message(SampleIDs.alice, SampleIDs.bob)
    #expect(Self.json(sample).hasSuffix("\"expert\":[]}\n"))
    let failed = sample.changed { $0.opened = OpenedPacket(client: Self.client) }
    #expect(Self.json(failed).hasSuffix("\"expert\":[],\"client\":\"0102030405060708090a0b0c0d0e0f10\"}\n"))
    let status = sample.changed { $0.opened = OpenedPacket(isHashRight: false) }
    #expect(Self.json(status).hasSuffix("\"expert\":[],\"hash_ok\":false}\n"))
  }

  @Test(
    "Bytes that are not UTF-8 become U+FFFD, one for each maximal subpart",
    arguments: [
      ([0x61, 0xff, 0x62], "a\u{fffd}b"), ([0xe4, 0xbd, 0x61], "\u{fffd}a"), ([0xf0, 0x9f, 0x98], "\u{fffd}"),
      ([0xc0, 0xaf], "\u{fffd}\u{fffd}"), ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"), ([0xf4, 0x90, 0x80, 0x80], "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
      ([0xe1, 0x80, 0xe2, 0xf0, 0x91, 0x92, 0xf1, 0xbf, 0x41], "\u{fffd}\u{fffd}\u{fffd}\u{fffd}A"), ([], ""), ([0xef, 0xbb, 0xbf], "\u{feff}"),
    ] as [([UInt8], String)])
  func replacement(bytes: [UInt8], text: String) throws {
    #expect(try Self.plaintext(bytes).map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
  }

  @Test("Whatever a message says, programs read it back and terminals are safe") func everyScalar() throws {
    let scalars = (0...0x2100).compactMap(Unicode.Scalar.init) + ["\u{feff}", "\u{1f642}", "\u{e0001}", "\u{10ffff}"]
    let text = String(String.UnicodeScalarView(scalars))
    let sample = try Self.opened(Array(text.utf8))
    #expect(try Self.plaintext(Array(text.utf8)).map { Array($0.unicodeScalars) } == scalars)
    var outputs = [Self.json(sample), lines([sample]).joined()]
    var (csv, tree, bytes) = (CSVLine(), TreeBlock(TextOptions(dumpLimit: 0)), [UInt8]())
    sample.dissect { csv.append($0, to: &bytes) }
    outputs.append(String(decoding: bytes.dropLast(2), as: UTF8.self))
    bytes = []
    sample.dissect { tree.append($0, to: &bytes) }
    outputs.append(String(decoding: bytes, as: UTF8.self))
    outputs.append(try sample.dissect { try FieldColumn("plaintext").text($0) })
    for output in outputs {
      let bad = output.unicodeScalars.first {
        ($0.value < 0x20 && $0 != "\n") || (0x7f...0x9f).contains($0.value) || (0x202a...0x202e).contains($0.value)
      }
      #expect(bad == nil, "U+\(String(bad?.value ?? 0, radix: 16))")
    }
  }

  @Test("Filters") func filters() throws {
    let right = try Self.opened(Array("lunch at noon".utf8))
    let wrong = try Self.opened([], isRight: false, client: ClientID.own)
    let none = try message(SampleIDs.alice, SampleIDs.bob)
    let cases: [(String, Bool, Bool, Bool)] = [
      ("plaintext", true, true, false), ("s2wmp.plaintext contains \"noon\"", true, false, false), ("plaintext == \"\"", false, true, false),
      ("plaintext matches \"^lunch\"", true, false, false), ("hash_ok", true, true, false), ("hash_ok == true", true, false, false),
      ("hash_ok == false", false, true, false), ("s2wmp.hash_ok != true", false, true, false),
      ("client == 0102030405060708090a0b0c0d0e0f10", true, false, false),
      ("s2wmp.client == 16a1…", false, true, false), ("not plaintext", false, false, true),
    ]
    for (filter, first, second, third) in cases {
      let filter = (filter, try DisplayFilter(filter))
      #expect([right, wrong, none].map { $0.dissect { filter.1.matches($0) } } == [first, second, third], "\(filter.0)")
    }
  }

  @Test("Columns and csv") func columns() throws {
    let sample = try Self.opened(Array("a,\"b\"\\\n".utf8))
    let columns = try ["plaintext", "hash_ok", "client"].map { try FieldColumn($0) }
    #expect(sample.dissect { packet in columns.map { $0.text(packet) } } == ["a,\"b\"\\\\\\u000a", "true", "0102030405060708090a0b0c0d0e0f10"])
    var csv = CSVLine()
    var bytes: [UInt8] = []
    sample.dissect { csv.append($0, to: &bytes) }
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(",,,\"a,\"\"b\"\"\\\\\\u000a\",true,0102030405060708090a0b0c0d0e0f10\r\n"))
  }

  @Test("The tree says how the body was encrypted and whether the hash matches", arguments: [(true, "matches"), (false, "does not match")])
  func tree(isRight: Bool, words: String) throws {
    for (cipher, name) in [(OpenedPacket.Cipher.rsa(wrapped: 384), "RSA-OAEP 384, AES-256-GCM 28"), (.aesGCM, "AES-256-GCM 28"), (.aesECB, "AES-128-ECB")] {
      var (tree, bytes) = (TreeBlock(), [UInt8]())
      try Self.opened(Array("lunch?".utf8), isRight: isRight, client: ClientID.own, cipher).dissect { tree.append($0, to: &bytes) }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("body          \(name): \"lunch?\"\n"))
      #expect(text.contains("hash          \(words)\n"))
      #expect(text.contains("  is s2wmp-swift/1\n"))
    }
  }

  @Test("The line quotes the message") func line() throws {
    #expect(what([try Self.opened(Array("lunch?".utf8))]).hasSuffix("\"lunch?\""))
    #expect(!what([try message(SampleIDs.alice, SampleIDs.bob)]).contains("\""))
  }
}
