import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Worked packets of an independent implementation (S2WMP wire format, section 5).
@Suite("Worked packets") struct VectorTests {
  @Test func thereAreEnough() {
    #expect(Vector.v1().count == 37)
    #expect(Vector.v1("rsa", name: "M").count == 12 && Vector.v1("dh", name: "M").count == 13)
    #expect(Vector.all.count == 41)
    #expect(Vector.v1().filter { $0.has("K_client") && $0.text("client") == ClientID.own.hex }.count == 36)
  }

  @Test("5.1, 5.2: keys give their public key field and ID") func keys() throws {
    for vector in Vector.v1() {
      for role in ["sender", "receiver", "new"] where vector.has("\(role)_keys") {
        let (identity, key) = (try vector.identity(role), try vector.key(role))
        #expect(try identity.publicKey == vector.bytes("\(role)_public_key"))
        #expect(try identity.userID == vector.id("\(role)_id"))
        #expect(identity.key == key && key.suite.rawValue == vector.text("suite") && key.group.rawValue == vector.text("group"))
        #expect((key.rsaBits != nil) == (key.suite == .rsa))
      }
    }
  }

  @Test("5.3: both sides' Z, one of which begins with a zero byte") func sharedSecrets() throws {
    var zeros = 0
    for vector in Vector.v1() {
      let secret = try vector.secret
      #expect(try vector.identity("sender").sharedSecret(with: vector.key("receiver")) == secret)
      #expect(try vector.identity("receiver").sharedSecret(with: vector.key("sender")) == secret)
      if secret.withBytes({ $0.first }) == 0 { zeros += 1 }
    }
    #expect(zeros > 0)
  }

  @Test("5.3 to 5.5: derived keys") func derivedKeys() throws {
    for vector in Vector.v1() where vector.has("K_client") {
      let pair = try vector.sendersPair()
      let (sender, receiver) = (try vector.id("sender_id"), try vector.id("receiver_id"))
      #expect(try pair.derive("S2WMP1 client id", nil, count: 16) == SecretBytes(vector.bytes("K_client")))
      #expect(try pair.derive("S2WMP1 hash", (sender, receiver), count: 32) == SecretBytes(vector.bytes("K_hash")))
      #expect(try pair.keys(.sent).body == SecretBytes(vector.bytes("K_body")))
      #expect(try vector.receiversPair().keys(.received).body == SecretBytes(vector.bytes("K_body")))
      guard vector.has("cek") else { continue }
      #expect(try pair.keys(.sent).messageKey(contentKey: SecretBytes(vector.bytes("cek"))) == SecretBytes(vector.bytes("K")))
    }
  }

  @Test("5.3: the client ID, both ways") func clientIDs() throws {
    for vector in Vector.v1() {
      let packet = try vector.packet
      let client = vector.has("client") ? try vector.id("client") : ClientID.own
      let isIC = vector.text("name") == "IC"
      let field = try packet.id(isIC ? IDChange.clientID : Messaging.clientID)
      let bound = Array(packet.prefix(isIC ? 50 : 48))
      let more = isIC ? Array(packet.dropFirst(66)) : nil
      #expect(client == ClientID.own)
      for pair in [try vector.sendersPair(), try vector.receiversPair()] {
        bound.withUnsafeBytes { bound in
          if let more {
            more.withUnsafeBytes { more in
              #expect(pair.encryptClientID(client, bound: bound, more) == field && pair.decryptClientID(field, bound: bound, more) == client)
            }
          } else {
            #expect(pair.encryptClientID(client, bound: bound) == field && pair.decryptClientID(field, bound: bound) == client)
          }
        }
      }
    }
  }

  @Test("5.4, 5.5: hashes hold and bodies open, by D-H, by RSA key and by content key") func bodies() throws {
    for vector in Vector.v1() where vector.text("name") != "IC" {
      let packet = try vector.packet
      let (sender, receiver) = (try vector.sendersPair(), try vector.receiversPair())
      let identity = try vector.suite == .rsa ? vector.identity("receiver") : nil
      let contentKey = vector.has("cek") ? SecretBytes(try vector.bytes("cek")) : nil
      let text = vector.plaintext
      try withBuffers(packet.header, packet.messageBody, text) { header, body, plaintext in
        let field = try packet.id(Messaging.hash)
        #expect(sender.hashMatches(field, .sent, header: header, plaintext: plaintext))
        #expect(receiver.hashMatches(field, .received, header: header, plaintext: plaintext))
        #expect(!receiver.hashMatches(field, .sent, header: header, plaintext: plaintext))
        guard vector.text("name") == "M" else { return }
        if let identity, let contentKey {
          #expect(receiver.openBody(body, header: header, .received, identity: identity) == text)
          for (pair, direction) in [(receiver, Direction.received), (sender, .sent)] {
            #expect(pair.openBody(body, header: header, direction, contentKey: contentKey, wrappedLength: identity.wrappedLength) == text)
          }
          #expect(sender.openBody(body, header: header, .received, identity: identity) == nil)
        } else {
          #expect(receiver.openBody(body, header: header, .received) == text && sender.openBody(body, header: header, .sent) == text)
          #expect(receiver.openBody(body, header: header, .sent) == nil)
        }
      }
    }
  }

  @Test("whole packets of M (dh), SC and IC come out byte for byte") func remade() throws {
    for vector in Vector.v1() {
      let pair = try vector.sendersPair()
      let (status, datetime, client) = (UInt8(vector.number("status")), vector.number("datetime"), ClientID.own)
      switch vector.text("name") {
      case "SC": #expect(try sealStatusChange(pair: pair, status: status, datetime: datetime, client: client) == vector.packet)
      case "IC":
        let request = try #require(UInt64(Hex.string(vector.packet[10..<18]), radix: 16))
        let packet = sealIDChange(
          pair: pair, timestamp: datetime, requestID: request, newIdentityKey: try vector.bytes("new_public_key"), newID: try vector.id("new_id"),
          client: client)
        #expect(try packet == vector.packet)
      case "M":
        let made = try sealMessage(
          pair: pair, suite: vector.suite, receiver: vector.key("receiver"), status: status, datetime: datetime, client: client,
          plaintext: vector.plaintext, nonce: vector.bytes("nonce"), contentKey: vector.has("cek") ? SecretBytes(vector.bytes("cek")) : nil)
        let wrapped = try vector.key("receiver").wrappedLength
        let packet = try vector.packet
        // RSA's own seed is random: everything around it must be equal.
        #expect(made.prefix(80) == packet.prefix(80) && made.dropFirst(80 + wrapped) == packet.dropFirst(80 + wrapped))
        #expect(made.count == packet.count)
      default: Issue.record("an unknown packet")
      }
    }
  }

  @Test("appendix L: legacy messages, both ways") func legacy() throws {
    let vectors = Vector.all.filter { $0.text("suite") == "legacy" }
    #expect(vectors.count == 4)
    for vector in vectors {
      let packet = try vector.packet
      let body = Array(packet.dropFirst(77))
      let cipher = LegacyCipher(secret: try vector.secret)
      #expect(cipher.encrypt(vector.plaintext) == body)
      #expect(cipher.decrypt(body) == vector.plaintext)
      #expect(LegacyCipher.hash(body).bytes == Array(packet[61..<77]))
      #expect(LegacyCipher.clientID.bytes == Array(packet[45..<61]) && vector.text("client") == LegacyCipher.clientID.hex)
      #expect(cipher.decrypt(Array(body.dropLast())) == nil && cipher.decrypt([]) == nil)
    }
  }
}

func withBuffers(
  _ a: [UInt8], _ b: [UInt8], _ c: [UInt8],
  _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
) rethrows {
  try a.withUnsafeBytes { a in try b.withUnsafeBytes { b in try c.withUnsafeBytes { try body(a, b, $0) } } }
}
