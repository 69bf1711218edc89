import Glibc
import Testing

@testable import S2WMPCapture

/// A supply that grows when the test says so.
private final class GrowingSupply: SecretsSupply {
  var all: [DecryptionSecrets] = []
  private var told = 0

  func add(_ text: String) { all.append(DecryptionSecrets(type: 0x5332_574b, bytes: Array(text.utf8))) }

  func everything() -> [DecryptionSecrets] {
    told = all.count
    return all
  }

  func news() -> [DecryptionSecrets] {
    defer { told = all.count }
    return Array(all[told...])
  }
}

/// Captures that carry their secrets along.
@Suite("Decryption secrets are written") struct SecretsWritingTests {
  private static func frame(_ writer: any FrameWriter, _ number: Int) throws {
    let bytes = [UInt8](repeating: UInt8(number), count: 60)
    try bytes.withUnsafeBytes {
      try writer.write(
        Frame(number: UInt64(number), time: CaptureTime(nanoseconds: Int64(number) * 1_000_000_000), linkType: 1, bytes: $0, wireLength: 60))
    }
  }

  private static func events(_ path: String) throws -> [String] {
    let reader = try CaptureFileReader(path: path)
    var events: [String] = []
    reader.onSecrets = { events.append(String(decoding: $0.bytes, as: UTF8.self)) }
    while let frame = try reader.nextFrame() { events.append("\(frame.bytes[0])") }
    return events
  }

  private static func mode(_ path: String) -> mode_t {
    var status = stat()
    stat(path, &status)
    return status.st_mode & 0o777
  }

  @Test("What is there comes first, what comes later where it came") func growing() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.pcapng"
    let supply = GrowingSupply()
    supply.add("first")
    let writer = try CaptureFileWriter(path: path, linkType: 1, secrets: supply)
    try Self.frame(writer, 1)
    supply.add("second")
    try Self.frame(writer, 2)
    supply.add("third")
    try writer.flushIfDue()
    supply.add("fourth")
    try writer.close()
    #expect(try Self.events(path) == ["first", "1", "second", "2", "third", "fourth"])
    #expect(Self.mode(path) == 0o600)
    if let numbers = Tshark.fields(path, ["frame.number"]) { #expect(numbers == [["1"], ["2"]]) }
  }

  @Test("Without secrets the file is one like any other") func none() throws {
    let folder = try TemporaryFolder()
    let (with, without) = ("\(folder.path)/a.pcapng", "\(folder.path)/b.pcapng")
    let supply = GrowingSupply()
    for (path, supply) in [(with, supply), (without, nil)] as [(String, GrowingSupply?)] {
      let writer = try CaptureFileWriter(path: path, linkType: 1, secrets: supply)
      try Self.frame(writer, 1)
      try writer.close()
    }
    #expect(try Self.events(with) == ["1"])
    #expect(Self.mode(with) == Self.mode(without))
  }

  @Test("A capture of secrets and no frames reads back") func noFrames() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.pcapng"
    let supply = GrowingSupply()
    supply.add("only")
    try CaptureFileWriter(path: path, linkType: 1, secrets: supply).close()
    #expect(try Self.events(path) == ["only"])
  }

  @Test("A pcap file holds none until it has to become pcapng") func becomesPcapng() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.pcap"
    let supply = GrowingSupply()
    supply.add("first")
    let writer = try CaptureFileWriter(path: path, linkType: 1, secrets: supply)
    try Self.frame(writer, 1)
    let bytes: [UInt8] = [9]
    try bytes.withUnsafeBytes {
      try writer.write(Frame(number: 2, time: CaptureTime.none, linkType: 1, bytes: $0, wireLength: 1))
    }
    try writer.close()
    #expect(try Self.events(path) == ["first", "1", "9"])
  }

  @Test("Every file of a ring has all secrets") func ring() throws {
    let folder = try TemporaryFolder()
    let supply = GrowingSupply()
    supply.add("first")
    let writer = try RingWriter(
      path: "\(folder.path)/ring.pcapng", limits: RingLimits(seconds: 1), start: CaptureTime(nanoseconds: 0), linkType: 1, secrets: supply)
    try Self.frame(writer, 1)
    supply.add("second")
    try Self.frame(writer, 2)
    supply.add("third")
    try writer.close()
    #expect(try writer.paths.map(Self.events) == [["first", "1", "second"], ["first", "second", "2", "third"]])
  }
}
