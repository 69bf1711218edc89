import Foundation
import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Keys and secrets go both ways between this module and the `openssl` command line.
@Suite("openssl command") struct OpenSSLCommandTests {
  @Test("it reads the keys we write, and finds the public key that we announce", arguments: [KeyGroup.ffdhe2048, .ffdhe3072, .x25519])
  func readsOurs(_ group: KeyGroup) throws {
    let tool = try OpenSSLTool()
    let identity = try Identity.generate(suite: .dh, group: group)
    try tool.write("own.pem", identity.pem(passphrase: nil))
    let text = try tool.run("pkey", "-in", "own.pem", "-noout", "-text")
    #expect(text.contains(group == .x25519 ? "X25519 Private-Key" : "DH Private-Key: (\(group.secretLength * 8) bit)"))
    try tool.run("pkey", "-in", "own.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    #expect(try tool.read("public.der") == identity.publicKey)
  }

  @Test("we read the keys it makes, and both derive the same secret", arguments: [KeyGroup.ffdhe2048, .ffdhe3072, .ffdhe4096, .x25519])
  func derives(_ group: KeyGroup) throws {
    let tool = try OpenSSLTool()
    for name in ["a", "b"] {
      if group == .x25519 {
        try tool.run("genpkey", "-algorithm", "X25519", "-out", "\(name).pem")
      } else {
        try tool.run("genpkey", "-algorithm", "DH", "-pkeyopt", "group:\(group.rawValue)", "-out", "\(name).pem")
      }
    }
    try tool.run("pkey", "-in", "b.pem", "-pubout", "-out", "b.public")
    var arguments = ["pkeyutl", "-derive", "-inkey", "a.pem", "-peerkey", "b.public", "-out", "secret"]
    if group != .x25519 { arguments += ["-pkeyopt", "dh_pad:1"] }
    try tool.run(arguments: arguments)
    let (a, b) = (try Identity(file: tool.path("a.pem")) { nil }, try Identity(file: tool.path("b.pem")) { nil })
    #expect(a.group == group && b.group == group)
    let secret = SecretBytes(try tool.read("secret"))
    #expect(try a.sharedSecret(with: b.key) == secret && b.sharedSecret(with: a.key) == secret)
  }

  @Test("a privateValueLength in a key file is part of the public key, as for openssl") func privateValueLength() throws {
    let tool = try OpenSSLTool()
    try tool.run("genpkey", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-pkeyopt", "priv_len:300", "-out", "own.pem")
    try tool.run("pkey", "-in", "own.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    let identity = try Identity(file: tool.path("own.pem")) { nil }
    #expect(try identity.publicKey == tool.read("public.der") && identity.group == .ffdhe2048)
    let again = try Identity(pem: identity.pem(passphrase: nil), passphrase: nil)
    #expect(again.userID == identity.userID)
  }

  @Test("encrypted keys, both ways") func encrypted() throws {
    let tool = try OpenSSLTool()
    let passphrase = SecretBytes(Array("läng ist sicher".utf8))
    let identity = try #require(TestKeys.alice)
    try tool.write("own.pem", identity.pem(passphrase: passphrase))
    try tool.run("pkey", "-in", "own.pem", "-passin", "pass:läng ist sicher", "-pubout", "-outform", "DER", "-out", "public.der")
    #expect(try tool.read("public.der") == identity.publicKey)
    for (name, options) in [("aes", ["-v2", "aes256"]), ("scrypt", ["-scrypt"]), ("sha512", ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"])] {
      try tool.write("plain.pem", identity.pem(passphrase: nil))
      try tool.run(arguments: ["pkcs8", "-topk8", "-in", "plain.pem", "-passout", "pass:läng ist sicher", "-out", "\(name).pem"] + options)
      #expect(try Identity(file: tool.path("\(name).pem")) { passphrase }.userID == identity.userID)
      #expect(throws: IdentityFileError(tool.path("\(name).pem"), .content(.passphraseWrong))) {
        try Identity(file: tool.path("\(name).pem")) { SecretBytes([1]) }
      }
    }
    try tool.run("pkcs8", "-topk8", "-in", "plain.pem", "-passout", "pass:x", "-out", "old.pem", "-v1", "PBE-SHA1-3DES")
    #expect(throws: IdentityFileError(tool.path("old.pem"), .content(.encryption))) { try Identity(file: tool.path("old.pem")) { SecretBytes([0x78]) } }
  }

  @Test("RSA: it wraps for us, and unwraps what we wrapped") func oaep() throws {
    let tool = try OpenSSLTool()
    let identity = try #require(TestKeys.rsa)
    let options = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]
    let key = SecretBytes.random(32)
    try tool.write("rsa.der", try #require(identity.pkcs8().last))
    try tool.write("rsa.public", Array(identity.publicKey.dropFirst(44)))
    try tool.write("key", key)
    try tool.run(arguments: ["pkeyutl", "-encrypt", "-pubin", "-inkey", "rsa.public", "-keyform", "DER", "-in", "key", "-out", "wrapped"] + options)
    #expect(try tool.read("wrapped").withUnsafeBytes { identity.unwrap($0) } == key)
    var ours = [UInt8](repeating: 0, count: identity.wrappedLength)
    let handle = try #require(identity.key.rsa)
    #expect(ours.withUnsafeMutableBytes { handle.wrap(key, into: $0) })
    try tool.write("ours", ours)
    try tool.run(arguments: ["pkeyutl", "-decrypt", "-inkey", "rsa.der", "-keyform", "DER", "-in", "ours", "-out", "unwrapped"] + options)
    #expect(try SecretBytes(tool.read("unwrapped")) == key)
  }

  @Test("keys of other kinds get a sentence that names them") func otherKinds() throws {
    let tool = try OpenSSLTool()
    try tool.run("genpkey", "-algorithm", "ED25519", "-out", "ed.pem")
    try tool.run("genpkey", "-algorithm", "DHX", "-pkeyopt", "group:ffdhe2048", "-out", "dhx.pem")
    try tool.run("genpkey", "-algorithm", "DH", "-pkeyopt", "group:modp_2048", "-out", "modp.pem")
    try tool.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem")
    let expected: [(String, IdentityError)] = [
      ("ed.pem", .otherKind("ED25519")), ("dhx.pem", .otherKind("DHX")), ("ec.pem", .otherKind("EC")), ("modp.pem", .notAllowed(.unknownGroup)),
    ]
    for (file, error) in expected {
      #expect(throws: IdentityFileError(tool.path(file), .content(error))) { try Identity(file: tool.path(file)) { nil } }
    }
  }
}
