import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Messages of findings")
struct ExpertMessageTests {
  private func experts(_ sample: PacketSample, _ codes: ExpertCode...) -> [String] {
    sample.changed { $0.codes += codes }.dissect { packet in packet.experts().map { "\($0.field ?? "-"): \($0.message)" } }
  }

  private func malformed(_ bytes: [UInt8], _ code: ExpertCode, length: UInt64? = nil, dialect: Dialect = .v1) -> [String] {
    let sample = PacketSample(bytes, dialect).changed {
      $0.isMalformed = true
      $0.length = length
    }
    return experts(sample, code)
  }

  @Test("values of the packet stand in the sentence")
  func values() throws {
    let wrong = try message(SampleIDs.alice, SampleIDs.bob, status: 9)
    #expect(experts(wrong, .fieldStatus) == ["status: status 9 is not defined for M"])
    #expect(experts(wrong) == [])
    let lookup = try PacketSample(.lookup, ["broadcast": .unsigned(1), "status": .unsigned(3)])
    #expect(
      experts(lookup, .fieldBroadcast, .fieldStatus) == [
        "status: status 3 is not defined for LP", "broadcast: broadcast is 1, but LP takes 0",
      ])
    let ack = try PacketSample(.acknowledgement, ["ack": .unsigned(1), "error": .unsigned(2)])
    #expect(experts(ack, .ackInconsistent) == ["-: ack says 1 (accepted), error says 2 (hash didn't match)"])
    #expect(experts(ack, .ackRejected) == ["error: rejected with error 2 (hash didn't match)"])
    let skewed = try message(SampleIDs.alice, SampleIDs.bob).changed { $0.milliseconds = 3 * 86_400_000 }
    #expect(experts(skewed, .clockSkew) == ["datetime: datetime is 2 days before the capture"])
  }

  @Test("keys and IDs")
  func keys() throws {
    let request = try introduction("alice", SampleIDs.alice)
    #expect(experts(request, .idMismatch)[0].hasPrefix("requestor_id: requestor_id is not the ID of the public key, which is "))
    let bad = try PacketSample(.idChange, ["public_key": .bytes([1, 2, 3])])
    #expect(experts(bad, .keyInvalid) == ["public_key: the 3 bytes of public_key are no key that v1 knows"])
  }

  @Test("what the analysis recorded comes first, in the order of the table")
  func details() throws {
    let sample = try message(SampleIDs.alice, SampleIDs.bob, status: 9).changed {
      $0.details = [FindingDetail(code: .replay, field: "datetime", message: "replay of 17")]
    }
    #expect(experts(sample, .replay, .fieldStatus) == ["status: status 9 is not defined for M", "datetime: replay of 17"])
  }

  @Test("bytes that frame no packet")
  func malformed() {
    #expect(malformed([0x47, 0x45], .malformedVersion) == ["version: version is 71, not 1"])
    #expect(malformed([1, 7], .malformedType) == ["type: type 7 is not defined in v1"])
    #expect(malformed([1, 1, 0, 0], .malformedTruncated) == ["-: the bytes end after 4 of at least 80"])
    #expect(malformed([1, 9] + [UInt8](repeating: 0, count: 11), .malformedTrailing) == ["-: 2 bytes follow the packet in its datagram"])
    let key: [UInt8] = [1, 8] + [UInt8](repeating: 0, count: 32) + [0, 1, 0, 0]
    #expect(malformed(key, .malformedLength) == ["key_length: key_length is 65536; it must be 1 to 8192"])
    let broadcast: [UInt8] = [1, 7] + [UInt8](repeating: 0, count: 58)
    #expect(malformed(broadcast, .malformedTrailing, dialect: .legacy).count == 1)
  }

  @Test("no code on any packet, or on no bytes at all, fails to make a sentence")
  func everything() throws {
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) {
        for code in ExpertCode.allCases { #expect(try experts(PacketSample(type, dialect), code).count == 1) }
      }
      for code in ExpertCode.allCases {
        for bytes in [[], [1], [1, 8], [1, 255], [UInt8](repeating: 0xff, count: 256)] as [[UInt8]] {
          #expect(malformed(bytes, code, length: .max, dialect: dialect).count == 1)
        }
      }
    }
  }
}
