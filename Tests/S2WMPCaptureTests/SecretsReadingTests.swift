import Testing

@testable import S2WMPCapture

/// Decryption Secrets Blocks among the frames: whatever they hold, no frame is lost.
@Suite("Decryption secrets are read") struct SecretsReadingTests {
  static let type: UInt32 = 0x5332_574b

  static func secrets(_ text: String, type: UInt32 = type, claims: UInt32? = nil, big: Bool = false) -> [UInt8] {
    let bytes = Array(text.utf8)
    let head = CaptureFiles.number32(type, big: big) + CaptureFiles.number32(claims ?? UInt32(bytes.count), big: big)
    return CaptureFiles.block(10, head + bytes, big: big)
  }

  /// What the reader gives, in order: `key log` for secrets, `1` for the frame of that number.
  private static func events(_ bytes: [UInt8], pumped: Bool) throws -> (events: [String], ignored: Int) {
    let file = TemporaryFile(bytes)
    let reader = try CaptureFileReader(path: file.path)
    var events: [String] = []
    let note: (DecryptionSecrets) -> Void = { events.append("\($0.type == type ? "" : "other ")\(String(decoding: $0.bytes, as: UTF8.self))") }
    if pumped {
      let pump = FramePump(reader, threadAfter: 0)
      pump.onSecrets = note
      while let batch = try pump.next() { batch.forEach { events.append("\($0.number)") } }
      return (events, pump.ignoredSecrets)
    }
    reader.onSecrets = note
    while let frame = try reader.nextFrame() { events.append("\(frame.number)") }
    return (events, reader.ignoredSecrets)
  }

  private static let frame = [UInt8](repeating: 7, count: 61)

  private static func capture(big: Bool) -> [UInt8] {
    let frame = CaptureFiles.enhanced(0, 1, frame, big: big)
    return CaptureFiles.section(big: big) + secrets("a", big: big) + CaptureFiles.interface(1, big: big) + secrets("bcd", type: 0x544c_534b, big: big)
      + frame + secrets("", big: big) + frame + frame + secrets("last", big: big)
  }

  @Test(arguments: [false, true], [false, true]) func inOrder(big: Bool, pumped: Bool) throws {
    let found = try Self.events(Self.capture(big: big), pumped: pumped)
    #expect(found.events == ["a", "other bcd", "1", "", "2", "3", "last"])
    #expect(found.ignored == 0)
  }

  @Test func sectionsOfBothByteOrders() throws {
    let found = try Self.events(Self.capture(big: false) + Self.capture(big: true), pumped: true)
    #expect(found.events == ["a", "other bcd", "1", "", "2", "3", "last", "a", "other bcd", "4", "", "5", "6", "last"])
  }

  @Test("Secrets far apart come at their place, whichever thread reads") func aheadOfTheDecoder() throws {
    var bytes = CaptureFiles.section() + CaptureFiles.interface(1)
    var expected: [String] = []
    for number in 1...2000 {
      bytes += CaptureFiles.enhanced(0, 1, [UInt8](repeating: 1, count: 700))
      expected.append("\(number)")
      guard number % 333 == 0 else { continue }
      bytes += Self.secrets("after \(number)")
      expected.append("after \(number)")
    }
    let found = try Self.events(bytes, pumped: true)
    #expect(found.events == expected)
  }

  @Test(
    "A damaged block costs its secrets and nothing else",
    arguments: [
      secrets("abc", claims: 5), secrets("", claims: 1), secrets("abc", claims: .max), CaptureFiles.block(10, []), CaptureFiles.block(10, [1, 2, 3, 4]),
    ]) func damaged(block: [UInt8]) throws
  {
    let frame = CaptureFiles.enhanced(0, 1, Self.frame)
    let bytes = CaptureFiles.section() + CaptureFiles.interface(1) + frame + block + frame + Self.secrets("good") + frame
    for pumped in [false, true] {
      let found = try Self.events(bytes, pumped: pumped)
      #expect(found.events == ["1", "2", "good", "3"])
      #expect(found.ignored == 1)
    }
  }

  @Test("Secrets beyond the limit are passed over") func tooMany() throws {
    let frame = CaptureFiles.enhanced(0, 1, Self.frame)
    let half = Self.secrets(String(repeating: "x", count: DecryptionSecrets.maximumBytes / 2))
    let bytes = CaptureFiles.section() + CaptureFiles.interface(1) + half + half + frame + Self.secrets("small") + frame
    let found = try Self.events(bytes, pumped: false)
    #expect(found.events.map { $0.prefix(3) } == ["xxx", "1", "sma", "2"])
    #expect(found.ignored == 1)
  }

  @Test("A file that ends inside the block gives the frames before it") func cut() throws {
    let bytes = CaptureFiles.section() + CaptureFiles.interface(1) + CaptureFiles.enhanced(0, 1, Self.frame) + Self.secrets("abcdefgh").dropLast(9)
    let file = TemporaryFile(bytes)
    let reader = try CaptureFileReader(path: file.path)
    reader.onSecrets = { _ in Issue.record("half a block is no block") }
    #expect(try reader.nextFrame()?.number == 1)
    #expect(throws: CaptureError.self) { try reader.nextFrame() }
  }

  @Test("Every length of every kind of block is looked at before it is believed") func everyLengthFlipped() throws {
    let good = Self.capture(big: false)
    for index in good.indices where good[index] < 0x20 || good[index] > 0x7f {
      for value: UInt8 in [0, 1, 0x7f, 0xff] {
        var bytes = good
        bytes[index] = value
        let file = TemporaryFile(bytes)
        #expect(Self.secretBytes(in: file.path) <= good.count)
        #expect(SecretsFile.readable(in: file.path).count <= 5)
      }
    }
  }

  /// Reads to the end or to the damage.
  private static func secretBytes(in path: String) -> Int {
    var count = 0
    do {
      let reader = try CaptureFileReader(path: path)
      reader.onSecrets = { count += $0.bytes.count }
      while try reader.nextFrame() != nil {}
    } catch {
      #expect(error is CaptureError)
    }
    return count
  }
}
