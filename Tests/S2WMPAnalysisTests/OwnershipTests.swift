import S2WMPAnalysis
import Testing

@Suite("Output: whose conversation it is")
struct OwnershipTests {
  private func names(port: UInt16, forward: [UInt8], backward: [UInt8] = [], named: Set<UInt16> = []) -> [String] {
    let talk = Talk { $0.ports = named }
    let connection = talk.connect(port: port)
    talk.say(connection, forward)
    if !backward.isEmpty { talk.say(connection, .backward, backward) }
    talk.close(connection)
    talk.finish()
    return talk.names
  }

  private let web = Array("GET / HTTP/1.1\r\n\r\n".utf8)

  @Test("On a default port: unless neither direction begins with V = 1", arguments: [5000, 5005] as [UInt16])
  func defaultPorts(_ port: UInt16) {
    #expect(names(port: port, forward: web, backward: web) == [])
    #expect(names(port: port, forward: web) == [])
    #expect(names(port: port, forward: [1, 0x99, 3]) == ["malformed"])
    #expect(names(port: port, forward: web, backward: Packets.ack()) == ["malformed", "ACK"])
  }

  @Test("On other ports: when the first packet frames")
  func otherPorts() {
    #expect(names(port: 7000, forward: Packets.message()) == ["M"])
    #expect(names(port: 7000, forward: Packets.ack(), backward: web) == ["ACK", "malformed"])
    #expect(names(port: 7000, forward: web, backward: Packets.message()) == [])
    #expect(names(port: 7000, forward: [1, 0x99, 3]) == [])
    #expect(names(port: 7000, forward: Array(Packets.message().prefix(50))) == [])
  }

  @Test("The first captured byte counts, though it waits behind a hole")
  func behindHole() {
    let talk = Talk()
    let connection = talk.connect(port: 7000)
    talk.say(connection, .backward, Packets.ack(), frame: 2)
    talk.gap(connection)
    talk.say(connection, web, frame: 1, unsynchronised: true)
    talk.close(connection)
    #expect(talk.finish().isEmpty)
  }

  @Test("On a named port: always")
  func namedPort() { #expect(names(port: 7000, forward: web, named: [7000]) == ["malformed"]) }

  @Test("UDP: when the first datagram frames; on a known port bytes may be left over")
  func datagrams() {
    func names(_ port: UInt16, _ bytes: [UInt8], wire: Int? = nil) -> [String] {
      let talk = Talk()
      let pair = talk.open(Talk.host(7, 6000), Talk.host(9, port), .udp)
      talk.datagram(pair, bytes, wire: wire)
      talk.datagram(pair, Packets.registration(2))
      talk.close(pair)
      talk.finish()
      return talk.names
    }
    #expect(names(6001, Packets.registration(1)) == ["REG", "REG"])
    #expect(names(6001, web) == [])
    #expect(names(5000, web) == [])
    #expect(names(6001, Packets.registration(1) + [0]) == [])
    #expect(names(5005, Packets.registration(1) + [0]) == ["malformed", "REG"])
    #expect(names(5000, Packets.legacyStatus() + Packets.id(1)) == ["malformed", "REG"])
    #expect(names(5000, Array(Packets.found(5, 1).prefix(60)), wire: 70) == [])
  }
}
