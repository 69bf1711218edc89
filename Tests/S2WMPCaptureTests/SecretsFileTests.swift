import Glibc
import Testing

@testable import S2WMPCapture

/// Adding and removing the secrets of a finished file: every other byte stays.
@Suite("Decryption secrets of a finished file") struct SecretsFileTests {
  private static let ours = SecretsReadingTests.type
  private static let frame = CaptureFiles.enhanced(0, 1, [UInt8](repeating: 7, count: 61))
  private static let unknown = CaptureFiles.block(0x0bad_0bad, [1, 2, 3, 4, 5])

  private static func plain(big: Bool = false) -> [UInt8] {
    let frame = big ? CaptureFiles.enhanced(0, 1, [UInt8](repeating: 7, count: 61), big: true) : frame
    let unknown = CaptureFiles.block(0x0bad_0bad, [1, 2, 3, 4, 5], big: big)
    return CaptureFiles.section(big: big) + CaptureFiles.interface(1, big: big) + frame + unknown + frame
  }

  private static func contents(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
  }

  private static func mode(_ path: String) -> mode_t {
    var status = stat()
    stat(path, &status)
    return status.st_mode & 0o777
  }

  @Test(arguments: [false, true]) func embedThenStrip(big: Bool) throws {
    let file = TemporaryFile(Self.plain(big: big))
    chmod(file.path, 0o644)
    let added = DecryptionSecrets(type: Self.ours, bytes: Array("Z a b c\n".utf8))
    try SecretsFile(path: file.path).embed(added, to: nil)
    let section = CaptureFiles.section(big: big).count
    let expected =
      CaptureFiles.section(big: big) + SecretsReadingTests.secrets("Z a b c\n", big: big) + Self.plain(big: big)[section...]
    #expect(Self.contents(file.path) == expected)
    #expect(Self.mode(file.path) == 0o600)
    #expect(try SecretsFile(path: file.path).secrets == [added])
    try SecretsFile(path: file.path).strip(type: Self.ours, to: nil)
    #expect(Self.contents(file.path) == Self.plain(big: big))
  }

  @Test("Secrets of other kinds stay, unless all are to go") func otherSecrets() throws {
    let other = SecretsReadingTests.secrets("CLIENT_RANDOM", type: 0x544c_534b)
    let bytes = Self.plain() + other + SecretsReadingTests.secrets("ours") + Self.frame
    let file = TemporaryFile(bytes)
    let output = TemporaryFile([])
    try SecretsFile(path: file.path).strip(type: Self.ours, to: output.path)
    #expect(Self.contents(output.path) == Self.plain() + other + Self.frame)
    #expect(Self.contents(file.path) == bytes)
    try SecretsFile(path: file.path).strip(type: nil, to: output.path)
    #expect(Self.contents(output.path) == Self.plain() + Self.frame)
  }

  @Test("Several sections, one of each byte order") func sections() throws {
    let second = CaptureFiles.section(big: true) + SecretsReadingTests.secrets("two", big: true) + CaptureFiles.interface(1, big: true)
    let file = TemporaryFile(Self.plain() + second)
    #expect(try SecretsFile(path: file.path).secrets.map(\.bytes) == [Array("two".utf8)])
    try SecretsFile(path: file.path).strip(type: Self.ours, to: nil)
    #expect(Self.contents(file.path) == Self.plain() + CaptureFiles.section(big: true) + CaptureFiles.interface(1, big: true))
  }

  @Test("A section that states its length states none afterwards") func statedLength() throws {
    var bytes = Self.plain()
    let length = UInt64(bytes.count - CaptureFiles.section().count)
    withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(16..<24, with: $0) }
    let file = TemporaryFile(bytes)
    try SecretsFile(path: file.path).embed(DecryptionSecrets(type: Self.ours, bytes: [1]), to: nil)
    #expect(Self.contents(file.path)[16..<24].allSatisfy { $0 == 0xff })
    #expect(try SecretsFile(path: file.path).secrets.count == 1)
  }

  @Test("A damaged file is left alone") func damaged() throws {
    let bytes = Self.plain() + Self.frame.dropLast(5)
    let file = TemporaryFile(bytes)
    #expect(throws: CaptureError.self) { try SecretsFile(path: file.path) }
    #expect(Self.contents(file.path) == bytes)
    #expect(SecretsFile.readable(in: file.path).isEmpty)
  }

  @Test("A classic capture is refused as such") func classic() throws {
    let file = TemporaryFile(CaptureFiles.classic([[1, 2, 3]]))
    #expect(throws: CaptureError.self) { try SecretsFile(path: file.path) }
    #expect(try !SecretsFile.isPcapng(file.path))
  }
}
