import Glibc
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("Finding a target", .timeLimit(.minutes(10)))
struct TargetSearchTests {
  private func settings(_ endpoint: Endpoint) -> TargetSettings { TargetSettings(endpoint: endpoint, replyTimeout: .milliseconds(300)) }

  private func words(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  @Test func readsAddressesAndNames() throws {
    #expect(try TargetSearch.endpoints("10.0.0.7:5001") == [.ipv4(0x0a00_0007, port: 5001)])
    #expect(try TargetSearch.endpoints("10.0.0.7") == [.ipv4(0x0a00_0007, port: 5000)])
    let loopback = Endpoint(high: 0, low: 1, port: 7, isIPv4: false)
    #expect(try TargetSearch.endpoints("[::1]:7") == [loopback])
    #expect(try TargetSearch.endpoints("localhost:5009").contains { $0.isLoopback && $0.port == 5009 })
  }

  @Test(arguments: ["", ":", ":5000", "host:", "host:0", "host:70000", "10.0.0.7:0", "a b:5000", "[::1:5000", "a:b:c", "\u{1b}[2J:5000"])
  func refusesWhatIsNoTarget(text: String) {
    let words = words { _ = try TargetSearch.endpoints(text) }
    #expect(!words.isEmpty)
    #expect(words.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
  }

  @Test func hostsThatAreNotKnownAreNamed() {
    #expect(words { _ = try TargetSearch.endpoints("no-such-host.invalid:5000") }.contains("no-such-host.invalid is not known"))
  }

  @Test func nothingThatListensIsSaid() {
    let endpoint = Endpoint.ipv4(0x7f00_0001, port: closedPort())
    #expect(words { _ = try TargetSearch.look(at: settings(endpoint)) }.contains("nothing listens on \(endpoint)"))
  }

  @Test func closingAtOnceIsSaid() {
    let server = ScriptedServer { _ in }
    #expect(words { _ = try TargetSearch.look(at: settings(server.endpoint)) }.contains("closes them at once"))
  }

  @Test func otherProtocolsAreTold() {
    let banner = ScriptedServer { client in
      client.write(Array("SSH-2.0-\u{7}\n".utf8))
      _ = client.read(1)
    }
    let words1 = words { _ = try TargetSearch.look(at: settings(banner.endpoint)) }
    #expect(words1.contains("speaks something else") && words1.contains("SSH-2.0-.."))
    let web = ScriptedServer { client in
      _ = client.read(4)
      client.write(Array("HTTP/1.1 400".utf8))
    }
    #expect(words { _ = try TargetSearch.look(at: settings(web.endpoint), asking: true) }.contains("speaks something else"))
  }

  @Test func silenceClosingAndAcknowledgingAreTold() throws {
    let peer = ScriptedServer { client in
      if client.read(4).count == 4 { client.writeAndEnd(acknowledgement(0, error: 3)) }
      _ = client.read(1)
    }
    #expect(try TargetSearch.look(at: settings(peer.endpoint)) == .silent)
    #expect(try TargetSearch.look(at: settings(peer.endpoint), asking: true) == .acknowledges)
    let closing = ScriptedServer { client in _ = client.read(4) }
    #expect(try TargetSearch.look(at: settings(closing.endpoint), asking: true) == .closes)
    let deaf = ScriptedServer { client in _ = client.read(100) }
    #expect(try TargetSearch.look(at: settings(deaf.endpoint), asking: true) == .ignores)
  }

  @Test func peerTellsItsID() throws {
    let id = Identifier(high: 5, low: 6)
    let server = DatagramServer { datagram, _ in
      datagram.withUnsafeBytes { bytes in
        guard let view = PacketView(bytes, .v1), view.type == .broadcastPeer, view[Lookup.broadcast] == 1, view[Lookup.lookupID].isZero else { return [] }
        guard var builder = PacketBuilder(.broadcastPeerResponse, .v1) else { return [] }
        builder.set(LookupResponse.userID, view[Lookup.userID])
        builder.set(LookupResponse.lookupID, id)
        // One that answers another question comes first.
        let other = builder.build()
        builder.set(LookupResponse.requestID, view[Lookup.requestID])
        return [other, builder.build()]
      }
    }
    #expect(try TargetSearch.peerID(of: settings(server.endpoint), discoveryPort: closedPort(), patience: .milliseconds(500)) == id)
  }

  @Test func silentPeersAreNamedWithTheOption() {
    let peer = ScriptedServer { client in
      if client.read(4).count == 4 { client.writeAndEnd(acknowledgement(0, error: 3)) }
      _ = client.read(1)
    }
    let words = words { _ = try TargetSearch.peerID(of: settings(peer.endpoint), discoveryPort: closedPort(), patience: .milliseconds(50)) }
    #expect(words.contains("did not tell its ID") && words.contains("--peer-id"))
    let nobody = Endpoint.ipv4(0x7f00_0001, port: closedPort())
    let other = self.words { _ = try TargetSearch.peerID(of: settings(nobody), discoveryPort: closedPort(), patience: .milliseconds(50)) }
    #expect(other.contains("nothing listens"))
  }
}
