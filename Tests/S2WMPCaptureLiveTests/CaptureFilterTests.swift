import Testing

@testable import S2WMPCapture

@Suite("The default capture filter")
struct CaptureFilterTests {
  private static let alice = Endpoint.ipv4(0x0a00_0007, port: 41022)
  private static let alice6 = Endpoint(high: 0xfe80_0000_0000_0000, low: 1, port: 41022, isIPv4: false)

  private func endpoint(_ port: UInt16, ipv6: Bool) -> Endpoint {
    ipv6 ? Endpoint(high: 0xfe80_0000_0000_0000, low: 2, port: port, isIPv4: false) : .ipv4(0x0a00_0009, port: port)
  }

  private func packet(_ port: UInt16, ipv6: Bool, _ transport: TransportDescription = .udp(), link: LinkDescription = .ethernet()) -> PacketDescription {
    PacketDescription(
      from: ipv6 ? Self.alice6 : Self.alice, to: endpoint(port, ipv6: ipv6), transport, payload: [UInt8](repeating: 1, count: 3000), link: link)
  }

  private func passes(_ filter: CompiledFilter, _ bytes: [UInt8], linkType: Int32) -> Bool {
    bytes.withUnsafeBytes { filter.matches(Frame(number: 1, time: .none, linkType: linkType, bytes: $0, wireLength: bytes.count)) }
  }

  @Test(arguments: SyntheticCaptureTests.links)
  func portsOfOursPassOnEveryLinkType(link: LinkDescription) throws {
    // libpcap reads a NULL header in the host's byte order only.
    if case .bsdNull(bigEndian: true, _) = link { return }
    let filter = try CompiledFilter(CaptureFilter.ours(extraPorts: [6000, 5000], linkType: link.linkType), linkType: link.linkType)
    let ipv6Families = link.linkType == 0 || link.linkType == 108 ? [false] : [false, true]
    for ipv6 in ipv6Families {
      for transport in [TransportDescription.udp(), .tcp(TCPDescription(sequence: 1, flags: .ack))] {
        for port in [UInt16(5000), 5001, 5002, 5005, 6000] {
          #expect(passes(filter, try packet(port, ipv6: ipv6, transport, link: link).frame(), linkType: link.linkType))
        }
        #expect(!passes(filter, try packet(5003, ipv6: ipv6, transport, link: link).frame(), linkType: link.linkType))
      }
      let fragments = try packet(5000, ipv6: ipv6, link: link).frames(mtu: 1500)
      #expect(fragments.count == 3)
      #expect(fragments.allSatisfy { passes(filter, $0, linkType: link.linkType) })
    }
  }

  @Test(arguments: [1, 2])
  func theSamePassesBehindTags(count: Int) throws {
    let filter = try CompiledFilter(CaptureFilter.ours(linkType: 1), linkType: 1)
    for ipv6 in [false, true] {
      for port in [UInt16(5000), 5003] {
        var packet = packet(port, ipv6: ipv6)
        packet.vlanTags = Array([VLANTag(7), VLANTag(9)].suffix(count))
        #expect(passes(filter, try packet.frame(), linkType: 1) == (port == 5000))
        packet.ip.extensionHeaders = [ExtensionHeader(type: 60)]
        packet.vlanTags = count == 2 ? [VLANTag(7, type: 0x88a8), VLANTag(9)] : [VLANTag(9)]
        let fragments = try packet.frames(mtu: 1500)
        #expect(fragments.dropFirst().allSatisfy { passes(filter, $0, linkType: 1) })
        if ipv6 { #expect(passes(filter, try packet.frame(), linkType: 1)) }
      }
    }
  }

  @Test func otherTrafficDoesNotPass() throws {
    let filter = try CompiledFilter(CaptureFilter.ours(linkType: 1), linkType: 1)
    let arp = [UInt8](repeating: 0xff, count: 12) + [8, 6] + [UInt8](repeating: 0, count: 46)
    #expect(!passes(filter, arp, linkType: 1))
    var groups = PacketDescription(from: Self.alice6, to: endpoint(0, ipv6: true), .other(58), payload: [143, 0, 0, 0])
    groups.ip.extensionHeaders = [ExtensionHeader(type: 0, content: [5, 2, 0, 0, 1, 0])]
    #expect(!passes(filter, try groups.frame(), linkType: 1))
    #expect(!passes(filter, try PacketDescription(from: Self.alice, to: endpoint(5000, ipv6: false), .other(1), payload: [8, 0]).frame(), linkType: 1))
  }

  @Test func aWrongFilterIsRefusedWithLibpcapsReason() throws {
    do {
      try CaptureFilter.check("port chat", linkType: 1)
      Issue.record("a wrong filter was accepted")
    } catch {
      guard case .badFilter(text: "port chat", let message) = error else { throw error }
      #expect(!message.isEmpty)
      #expect(error.description.contains("port chat") && error.description.contains(message))
    }
  }
}
