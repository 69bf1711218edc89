import Foundation
import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Own keys, in memory and as PEM (S2WMP wire format, sections 5.1 and 5.2).
@Suite("5.1 Own keys") struct IdentityTests {
  private static let passphrase = SecretBytes(Array("correct horse".utf8))

  private func pem(_ identity: Identity, _ passphrase: SecretBytes? = nil) throws -> String {
    try identity.pem(passphrase: passphrase).withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private func fault(_ pem: String, _ passphrase: SecretBytes? = nil) -> IdentityError? {
    do throws(IdentityError) {
      _ = try Identity(pem: Array(pem.utf8), passphrase: passphrase)
      return nil
    } catch {
      return error
    }
  }

  @Test("new keys are usable, all different, and survive PKCS #8", arguments: KeyGroup.allCases) func generation(_ group: KeyGroup) throws {
    let (first, second) = (try Identity.generate(suite: .dh, group: group), try Identity.generate(suite: .dh, group: group))
    #expect(first.group == group && first.suite == .dh && first.userID != second.userID && first.fingerprint != second.fingerprint)
    #expect(first.userID == first.publicKey.withUnsafeBytes { Digest.identifier(sha256: $0) })
    let again = try Identity(pkcs8: first.pkcs8().map { $0.withBytes { Array($0) } })
    #expect(again.publicKey == first.publicKey)
    #expect(try again.sharedSecret(with: second.key) == first.sharedSecret(with: second.key))
  }

  @Test("PEM: one block or two, in either order, text around them ignored") func pemBlocks() throws {
    let identity = try #require(TestKeys.rsa)
    let text = try pem(identity)
    let blocks = text.components(separatedBy: "-----END PRIVATE KEY-----\n").dropLast().map { $0 + "-----END PRIVATE KEY-----\n" }
    #expect(blocks.count == 2)
    for variant in [text, blocks[1] + blocks[0], "a note\n\n\(blocks[1])\nanother: note\n\(blocks[0])the end", text.replacing("\n", with: "\r\n")] {
      #expect(try Identity(pem: Array(variant.utf8), passphrase: nil).publicKey == identity.publicKey)
    }
    let alone = try Identity(pem: Array(blocks[0].utf8), passphrase: nil)
    #expect(alone.suite == .dh && alone.publicKey == Array(identity.publicKey.prefix(44)))
    #expect(fault(blocks[1]) == .onlyRSA && fault(blocks[0] + blocks[0]) == .twoDiffieHellmanKeys)
    #expect(fault(text + blocks[0]) == .tooManyKeys && fault(blocks[1] + blocks[1]) == .onlyRSA)
  }

  @Test("a passphrase protects; a wrong or missing one is told apart from damage") func passphrases() throws {
    let identity = try #require(TestKeys.alice)
    let text = try pem(identity, Self.passphrase)
    #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    #expect(try Identity(pem: Array(text.utf8), passphrase: Self.passphrase).publicKey == identity.publicKey)
    #expect(fault(text) == .passphraseMissing && fault(text, SecretBytes([])) == .passphraseMissing)
    #expect(fault(text, SecretBytes(Array("correct hors".utf8))) == .passphraseWrong)
    #expect(throws: IdentityError.passphraseEmpty) { try identity.pem(passphrase: SecretBytes([])) }
    #expect(try pem(identity, Self.passphrase) != text, "the salt is new each time")
    // A passphrase that is not needed does no harm.
    #expect(try fault(pem(identity), Self.passphrase) == nil)
  }

  @Test("damaged and foreign files: which sentence") func damage() throws {
    let identity = try #require(TestKeys.alice)
    let text = try pem(identity)
    #expect(fault("") == .noKey && fault("nothing here\n") == .noKey && fault("\u{0}\u{1}") == .noKey)
    #expect(fault(String(text.dropLast(30))) == .damagedBlock)
    #expect(fault(text.replacing("MC4", with: "M*4")) == .damagedBlock)
    #expect(fault(text.replacing("MC4", with: "MC5")) == .damagedKey)
    let field = Data(identity.publicKey).base64EncodedString()
    #expect(fault("-----BEGIN PUBLIC KEY-----\n\(field)\n-----END PUBLIC KEY-----\n") == .otherBlock("PUBLIC KEY"))
    #expect(fault("-----BEGIN \u{1b}[31mX-----\n\(field)\n-----END \u{1b}[31mX-----\n") == .otherBlock("?[31mX"))
    #expect(fault(String(repeating: "x", count: PrivateKeyBlock.limit + 1)) == .tooLarge)
    #expect(throws: IdentityError.noKey) { try Identity(pkcs8: []) }
    #expect(throws: IdentityError.damagedKey) { try Identity(pkcs8: [[]]) }
    let der = try #require(identity.pkcs8().first).withBytes { Array($0) }
    #expect(throws: IdentityError.damagedKey) { try Identity(pkcs8: [der + [0]]) }
    for length in der.indices { #expect(throws: IdentityError.damagedKey) { try Identity(pkcs8: [Array(der.prefix(length))]) } }
  }

  @Test("every byte of an encrypted file changed: an error, quickly") func damagedEncryption() throws {
    let text = Array(try pem(try #require(TestKeys.alice), Self.passphrase).utf8)
    var changed = 0
    // Each try costs a key derivation, so not all of them.
    for index in stride(from: 0, to: text.count, by: 9) {
      var broken = text
      broken[index] = broken[index] == 0x41 ? 0x42 : 0x41
      if fault(String(decoding: broken, as: UTF8.self), Self.passphrase) != nil { changed += 1 }
    }
    #expect(changed > 15)
  }

  @Test("a made-up file cannot make deriving its key take for ever") func cost() throws {
    func envelope(_ derivation: [UInt8]) -> [UInt8] {
      let cipher = DER.sequence(DER.element(6, [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2a]) + DER.element(4, [UInt8](repeating: 0, count: 16)))
      let scheme = DER.element(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d]) + DER.sequence(derivation + cipher)
      return DER.sequence(DER.sequence(scheme) + DER.element(4, [UInt8](repeating: 0, count: 64)))
    }
    func pbkdf2(_ iterations: [UInt8]) -> [UInt8] {
      DER.sequence(DER.element(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0c]) + DER.sequence(DER.element(4, [1, 2, 3, 4]) + DER.integer(iterations)))
    }
    func scrypt(_ n: [UInt8], _ r: [UInt8], _ p: [UInt8]) -> [UInt8] {
      let numbers = DER.element(4, [1, 2, 3, 4]) + DER.integer(n) + DER.integer(r) + DER.integer(p)
      return DER.sequence(DER.element(6, [0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 0x0b]) + DER.sequence(numbers))
    }
    func tolerable(_ derivation: [UInt8]) -> Bool { envelope(derivation).withUnsafeBytes { KeyEncryption.isTolerable($0) } }
    #expect(tolerable(pbkdf2([8, 0])) && tolerable(pbkdf2([0x98, 0x96, 0x80])) && !tolerable(pbkdf2([0x98, 0x96, 0x81])))
    #expect(!tolerable(pbkdf2([0x7f, 0xff, 0xff, 0xff])) && !tolerable(pbkdf2([UInt8](repeating: 0x7f, count: 40))))
    #expect(tolerable(scrypt([0x40, 0], [8], [1])) && !tolerable(scrypt([0x40, 0], [8], [0x7f, 0xff, 0xff, 0xff])))
    #expect(!tolerable(scrypt([0x7f, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff])))
    #expect(!tolerable([]) && !tolerable(DER.sequence([])))
    let text = Data(envelope(pbkdf2([0x7f, 0xff, 0xff, 0xff]))).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    #expect(fault("-----BEGIN ENCRYPTED PRIVATE KEY-----\n\(text)\n-----END ENCRYPTED PRIVATE KEY-----\n", Self.passphrase) == .encryption)
  }

  @Test("sizes of RSA keys") func rsaSizes() {
    for bits in [0, 512, 2047, 4097, Int.max] {
      #expect(throws: IdentityError.notAllowed(.rsaSize(bits))) { try Identity.generate(suite: .rsa, group: .x25519, rsaBits: bits) }
    }
  }
}

/// Keys at rest.
@Suite("Key files") struct IdentityFileTests {
  private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test("written with mode 0600, never over another unless told, leaving nothing else behind") func writing() throws {
    let tool = try OpenSSLTool()
    let (path, identity) = (tool.path(IdentityFile.name), try #require(TestKeys.alice))
    try IdentityFile.write(identity.pem(passphrase: nil), to: path)
    #expect(try mode(path) == 0o600)
    let other = try #require(TestKeys.bob)
    #expect(throws: IdentityFileError(path, .exists)) { try IdentityFile.write(other.pem(passphrase: nil), to: path) }
    #expect(try Identity(file: path) { nil }.userID == identity.userID)
    try IdentityFile.write(other.pem(passphrase: nil), to: path, replacing: true)
    #expect(try Identity(file: path) { nil }.userID == other.userID && mode(path) == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.folder.path) == [IdentityFile.name])
  }

  @Test("reading tells who else may read, and asks for a passphrase only when needed") func reading() throws {
    let tool = try OpenSSLTool()
    let (path, identity) = (tool.path("key.pem"), try #require(TestKeys.alice))
    let passphrase = SecretBytes(Array("x".utf8))
    try IdentityFile.write(identity.pem(passphrase: passphrase), to: path)
    var content = try IdentityFile.read(path)
    #expect(content.isEncrypted && !content.isExposed)
    #expect(try Identity(file: path) { passphrase }.userID == identity.userID)
    #expect(throws: IdentityFileError(path, .content(.passphraseMissing))) { try Identity(file: path) { nil } }
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try IdentityFile.write(identity.pem(passphrase: nil), to: tool.path("plain.pem"))
    content = try IdentityFile.read(path)
    #expect(content.isExposed && content.isEncrypted)
    var asked = false
    _ = try Identity(file: tool.path("plain.pem")) {
      asked = true
      return nil
    }
    #expect(!asked)
  }

  @Test("what cannot be a key file") func unusable() throws {
    let tool = try OpenSSLTool()
    #expect(throws: IdentityFileError(tool.path("none"), .cannotRead(ENOENT))) { try IdentityFile.read(tool.path("none")) }
    #expect(throws: IdentityFileError(tool.folder.path, .notAFile)) { try IdentityFile.read(tool.folder.path) }
    #expect(throws: IdentityFileError("/dev/zero", .notAFile)) { try IdentityFile.read("/dev/zero") }
    try tool.write("long", [UInt8](repeating: 0x20, count: PrivateKeyBlock.limit + 1))
    #expect(throws: IdentityFileError(tool.path("long"), .tooLarge)) { try IdentityFile.read(tool.path("long")) }
    try tool.write("empty", [])
    #expect(throws: IdentityFileError(tool.path("empty"), .content(.noKey))) { try Identity(file: tool.path("empty")) { nil } }
    let missing = tool.path("no/such/folder.pem")
    #expect(throws: IdentityFileError(missing, .cannotWrite(ENOENT))) { try IdentityFile.write(.random(4), to: missing) }
  }
}
