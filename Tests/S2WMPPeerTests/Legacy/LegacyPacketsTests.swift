import Foundation
import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: packets that a legacy peer sends, against an independent implementation") struct LegacyPacketsTests {
  @Test("Worked messages come out byte for byte")
  func sealsWorkedMessages() throws {
    let worked = try lines().filter { $0["suite"] as? String == "legacy" }
    #expect(worked.count >= 3)
    for line in worked {
      let packet = try bytes(line, "hex")
      let cipher = LegacyCipher(secret: SecretBytes(try bytes(line, "Z")))
      try withLegacyView(packet) { view in
        let record = OutgoingRecord(
          to: view[LegacyMessaging.receiverID], datetime: view[LegacyMessaging.datetime], text: try #require(line["plaintext"] as? String))
        let status = try #require(UserStatus(legacyCode: view[LegacyMessaging.status]))
        let sealed = LegacyPackets.message(
          record, from: view[LegacyMessaging.senderID], status: status, client: LegacyCipher.clientID, cipher: cipher)
        #expect(sealed == packet)
      }
    }
  }

  @Test("Every other packet comes out byte for byte from its fields")
  func buildsVectors() throws {
    var count = 0
    for line in try lines() where line["dialect"] as? String == "legacy" {
      let packet = try bytes(line, "hex")
      if let built = try withLegacyView(packet, rebuild) {
        #expect(built == packet)
        count += 1
      }
    }
    #expect(count >= 80)
  }

  private func rebuild(_ view: PacketView) -> [UInt8]? {
    switch view.layout {
    case .legacyRegistration:
      return LegacyPackets.registration(view[LegacyRegistration.userID], request: view[LegacyRegistration.requestID])
    case .legacyLookup:
      return LegacyPackets.lookup(
        view[LegacyLookup.lookupID], by: view[LegacyLookup.userID], timestamp: view[LegacyLookup.timestamp],
        request: view[LegacyLookup.requestID])
    case .legacyStatus:
      return UserStatus(legacyCode: view[LegacyStatus.status]).map { LegacyPackets.status($0, request: view[LegacyStatus.requestID]) }
    case .acknowledgement:
      guard view.undefinedValues.isEmpty else { return nil }
      return LegacyPackets.acknowledgement(
        error: view[Acknowledgement.error], datetime: view[Acknowledgement.datetime], sender: view[Acknowledgement.userID])
    case .legacyChatRequest: return rebuildChat(view)
    default: return nil
    }
  }

  private func rebuildChat(_ view: PacketView) -> [UInt8]? {
    guard let status = LegacyChatStatus(rawValue: view[LegacyChatRequest.status]),
      let name = String(validating: view[LegacyChatRequest.name], as: UTF8.self)
    else { return nil }
    return LegacyPackets.chatRequest(
      status, datetime: view[LegacyChatRequest.datetime], requestor: view[LegacyChatRequest.requestorID], user: view[LegacyChatRequest.userID],
      key: Array(view[LegacyChatRequest.publicKey]), name: name)
  }

  @Test("A status survives its code, and no other code is one")
  func mapsStatuses() {
    #expect(UserStatus.allCases.allSatisfy { UserStatus(legacyCode: $0.legacyCode) == $0 })
    #expect((UInt8.min...UInt8.max).filter { UserStatus(legacyCode: $0) != nil } == [1, 2, 3, 4])
  }

  private func lines(_ file: String = #filePath) throws -> [[String: Any]] {
    let path = URL(filePath: file).deletingLastPathComponent().appending(path: "../../../Fixtures/vectors.jsonl")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func bytes(_ line: [String: Any], _ key: String) throws -> [UInt8] {
    try #require((line[key] as? String).flatMap { Hex.bytes($0) })
  }
}
