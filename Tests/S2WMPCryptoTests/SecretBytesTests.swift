import S2WMPWire
import Testing

@testable import S2WMPCrypto

@Suite("Secrets") struct SecretBytesTests {
  @Test func equality() {
    let secret = SecretBytes([1, 2, 3])
    #expect(secret == SecretBytes([1, 2, 3]) && secret != SecretBytes([1, 2, 4]) && secret != SecretBytes([1, 2]))
    #expect(SecretBytes([]) == SecretBytes(count: 0) { _ in })
    #expect(SecretBytes(count: 3) { $0[1] = 9 } == SecretBytes([0, 9, 0]))
    #expect(SecretBytes.random(32) != .random(32))
  }

  @Test("no way of printing shows them") func printing() {
    let secret = SecretBytes(Array("hunter2".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(describing: secret), String(reflecting: secret), String(describing: [secret]), dumped] {
      #expect(!text.contains("hunter2") && !text.contains("104") && text.contains("secret"), "\(text)")
    }
  }

  private struct Refusal: Error {}

  @Test("a filler that throws passes its error on") func throwing() {
    #expect(throws: Refusal.self) { try SecretBytes(count: 8) { _ in throw Refusal() } }
  }
}

/// Secrets for analysis (S2WMP wire format, section 5.6).
@Suite("5.6 Key log") struct KeyLogTests {
  private let a = Identifier(high: 2, low: 1)
  private let b = Identifier(high: 1, low: 9)

  private func parse(_ text: String) throws(KeyLogError) -> KeyLog {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBytes { bytes in Result { () throws(KeyLogError) in try KeyLog(parsing: bytes) } }.get()
  }

  @Test("what is written is read") func roundTrip() throws {
    let (secret, key) = (SecretBytes.random(384), SecretBytes.random(32))
    let first = KeyLog.line(secret: secret, a, b)
    #expect(first == KeyLog.line(secret: secret, b, a) && first.hasPrefix("Z \(b.hex) \(a.hex) "))
    let second = KeyLog.line(contentKey: key, sender: a, receiver: b, datetime: .max)
    let log = try parse("# a comment\n\n\(first)\r\n  \(second) # of the message\n")
    #expect(log.secret(a, b) == secret && log.secret(b, a) == secret && log.secret(a, a) == nil)
    #expect(log.contentKey(sender: a, receiver: b, datetime: .max) == key)
    #expect(log.contentKey(sender: b, receiver: a, datetime: .max) == nil && log.contentKey(sender: a, receiver: b, datetime: 1) == nil)
    #expect(log.count == 2 && log.pairs.count == 1)
    #expect(try parse("").count == 0 && parse("\n#\n").count == 0)
  }

  @Test("the later line wins, as does the log merged later") func later() throws {
    var log = try parse("Z \(a.hex) \(b.hex) 01\nZ \(b.hex) \(a.hex) 02\n")
    #expect(log.secret(a, b) == SecretBytes([2]) && log.count == 1)
    log.merge(try parse("Z \(a.hex) \(b.hex) 0303"))
    #expect(log.secret(a, b) == SecretBytes([3, 3]))
  }

  @Test("a line that cannot be read is named by its number") func malformed() {
    let ids = "\(a.hex) \(b.hex)"
    let cases: [(String, KeyLogError.Problem)] = [
      ("X \(ids) 00", .label), ("z \(ids) 00", .label), ("Z \(ids)", .words), ("Z \(ids) 00 00", .words), ("CEK \(ids) 5", .words),
      ("Z \(a.hex)0 \(b.hex) 00", .identifier), ("Z \(a.hex.dropLast())g \(b.hex) 00", .identifier), ("CEK 12 \(b.hex) 5 00", .identifier),
      ("CEK \(ids) -5 00", .datetime), ("CEK \(ids) +5 00", .datetime), ("CEK \(ids) 18446744073709551616 00", .datetime),
      ("CEK \(ids) 0x5 00", .datetime), ("Z \(ids) 0", .secret), ("Z \(ids) 0g", .secret), ("CEK \(ids) 5 00", .secret),
      ("Z \(ids) \(String(repeating: "00", count: 513))", .secret), ("Z \(ids) ÄÄ", .secret), ("\u{0}", .label),
    ]
    for (line, problem) in cases {
      #expect(throws: KeyLogError(line: 3, problem: problem), "\(line)") { try parse("# one\n\n\(line)\nnonsense") }
    }
    #expect(KeyLogError(line: 3, problem: .label).description.contains("line 3"))
  }

  @Test("any bytes have an answer") func hostile() {
    var state: UInt64 = 7
    for _ in 0..<500 {
      let bytes = (0..<80).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return Array("ZCEK #0af9\n\r\t\u{80}".utf8)[Int(state >> 33) % 15]
      }
      bytes.withUnsafeBytes { if let log = try? KeyLog(parsing: $0) { #expect(log.count <= 80) } }
    }
  }
}
