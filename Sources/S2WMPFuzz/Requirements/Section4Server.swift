import S2WMPWire

/// Streams and datagrams at a bootstrap server (S2WMP wire format, section 4).
extension Requirements {
  static let serverTransport: [Check] = serverStreams + serverEnds + serverDatagrams

  private static let serverStreams: [Check] = [
    server(
      "4/server.many-packets", "a connection to a server carries many requests", "A server answers on the connection that a request came on, and keeps it.",
      Trial.steps(.burst(request), .await, .burst(request)).fresh),
    server(
      "4/server.pipelined", "requests in one segment are all answered", "One segment may hold several requests: each gets its answer, in order.",
      Trial.burst(request, request, request).fresh.controlled(by: .burst(request))),
    server(
      "4/server.cut", "a request may come cut anywhere", "Where a request is cut into segments makes no difference.",
      Trial(steps: [.send([request], .every(1))]).fresh, Trial(steps: [.send([request, request], .at([1, 25, 26, 27]))]).fresh),
    server(
      "4/server.ignored", "M, SC, CR and BSM at a server's TCP port are ignored", "What is not for a server's TCP port gets no answer; the connection is kept.",
      ignored(Plain.m()), ignored(Plain.sc()), ignored(Plain.cr()), ignored(Plain.packet(.broadcastServer))),
    server(
      "4/server.ignored.lp", "an LP with an undefined value is ignored on TCP", "An LP whose status or broadcast flag is not 0 gets no answer.",
      ignored(Plain.packet(.lookup, .field("status", 1))), ignored(Plain.packet(.lookup, .field("broadcast", 1)))),
  ]

  private static let serverEnds: [Check] = [
    server(
      "4/server.unframed", "what cannot be framed is answered by ACK 3, then closed", "A server answers an unframeable stream as a peer does.",
      Trial(steps: [.noise([2])]).fresh.controlled(by: .burst(request)), Trial.burst(Plain.packet(.registration, .field("version", 2))).fresh,
      Trial.burst(Plain.packet(.registration, .field("type", 7))).fresh),
    server(
      "4/server.half-close.inside", "a half-close inside a request is answered by ACK 3", "A request that is cut by the end of its stream cannot be framed.",
      Trial.steps(.burst(Plain.packet(.registration, .cut(20))), .end).fresh),
    server(
      "4/server.half-close.between", "a half-close between requests: all is answered, then closed", "A client may end right after its last request.",
      Trial.steps(.burst(request, request), .end).fresh.controlled(by: .burst(request, request))),
    server(
      "4/server.read-timeout", "a stall inside a request is answered by ACK 3, then closed", "The read timeout counts at a server as well.",
      Trial.steps(.burst(Plain.packet(.registration, .cut(20))), .stall).fresh),
  ]

  private static let serverDatagrams: [Check] = [
    server(
      "4/server.udp.no-answer", "a malformed datagram gets no answer", "A datagram that is no packet is dropped.",
      Trial(steps: [.datagramNoise([2, 2, 0])]).controlled(by: .datagram(request)),
      .steps(.datagram(Plain.packet(.registration, .field("version", 2)))), .steps(.datagram(Plain.packet(.registration, .cut(25))))),
    server(
      "4/server.udp.one-packet", "a datagram with bytes behind its packet gets no answer", "A datagram is exactly one packet.",
      .steps(.datagram(Plain.packet(.registration, .append([0]))))),
    server(
      "4/server.udp.values", "a datagram with an undefined value gets no answer", "Every value of an LP or BSM is a defined one.",
      .steps(.datagram(Plain.packet(.lookup, .field("status", 1)))), .steps(.datagram(Plain.packet(.lookup, .field("broadcast", 1)))),
      .steps(.datagram(Plain.packet(.broadcastServer, .field("broadcast", 0))))),
  ]

  private static let request = Plain.packet(.registration)

  private static func ignored(_ plan: PacketPlan) -> Trial { Trial.burst(plan, request).fresh.controlled(by: .burst(request)) }
}
