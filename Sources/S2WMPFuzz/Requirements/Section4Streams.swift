import S2WMPWire

/// Packets in TCP streams (S2WMP wire format, section 4).
extension Requirements {
  static let streams: [Check] = [
    Check(
      "4/tcp.many-packets", "a connection carries many packets",
      "A peer answers a packet on the connection it came on, and keeps it for the next.",
      .steps(.burst(Plain.m()), .await, .burst(Plain.sc()), .await, .burst(Plain.m())).fresh.anyone),
    Check(
      "4/tcp.pipelined", "packets in one segment are all answered",
      "One segment may hold several packets: each gets its answer.",
      .burst(Plain.m(), Plain.sc(), Plain.m()).fresh.anyone.controlled(by: .burst(Plain.m()))),
    Check(
      "4/tcp.cut", "a packet may come cut anywhere",
      "Where a packet is cut into segments makes no difference.",
      cut(.every(1)), cut(.at([1])), cut(.at([2, 5, 48, 80])), cut(.every(7)),
      Trial(steps: [.send([Plain.cr(.id("user_id", .nobody))], .at([1, 37, 38, 60]))]).fresh),
    Check(
      "4/tcp.order", "answers come in the order of the packets",
      "Packets of one connection are answered in order of arrival.",
      .burst(Plain.m(), Plain.m(.hash(.zero)), Plain.sc()).fresh,
      .burst(Plain.m(.field("status", 9)), Plain.cr(.id("user_id", .nobody)), Plain.m()).fresh.anyone),
    Check(
      "4/tcp.same-connection", "each connection gets the answers to its own packets",
      "A packet is answered on the connection that it came on, also when others are open.",
      .steps(.connection(0), .burst(Plain.m()), .connection(1), .burst(Plain.sc()), .connection(0), .burst(Plain.m(from: .other))).fresh.anyone),
    Check(
      "4/tcp.ignored", "REG, LP, BSM and BPM at a peer's TCP port are ignored",
      "What is not for a peer's TCP port gets no answer, and the connection is kept.",
      ignored(.registration), ignored(.lookup), ignored(.broadcastServer), ignored(.broadcastPeer)),
    Check(
      "4/answer", "every packet gets the one answer that is owed to it",
      "A packet is answered on its connection, once.",
      .m().anyone, .sc().anyone, .cr(.id("user_id", .nobody))),
  ]

  /// A message and what follows it, cut.
  private static func cut(_ cuts: Cuts) -> Trial { Trial(steps: [.send([Plain.m(), Plain.sc()], cuts)]).fresh.anyone }

  /// A packet that is not for a peer's TCP port, and a message behind it.
  private static func ignored(_ type: PacketType) -> Trial {
    Trial(steps: [.send([PacketPlan(type), Plain.m()], .whole)]).fresh.anyone.controlled(by: .burst(Plain.m()))
  }

  /// Streams that break off, stall, or cannot be framed.
  static let streamEnds: [Check] = [
    Check(
      "4/framed.at-once", "a bad version, type or length is answered at once",
      "A receiver does not wait for more bytes once it has seen a version, type or length that cannot be.",
      Trial(steps: [.noise([2])]).fresh.controlled(by: .burst(Plain.m())),
      .m(.field("type", 7), .cut(2)).fresh.anyone, .cr(.field("key_length", 0), .cut(38)).fresh),
    Check(
      "4/framed.answer", "answers are packets of the kind that is owed",
      "M, SC and IC are answered by ACK, CR by CRR; all that a peer sends can be framed.",
      .burst(Plain.m(), Plain.cr(.id("user_id", .nobody))).fresh.anyone.controlled(by: .burst(Plain.m()))),
    Check(
      "4/framed.before", "good packets before a bad one are answered",
      "What cannot be framed takes nothing from the packets before it.",
      .burst(Plain.m(.append([0x09]))).fresh.anyone, .burst(Plain.sc(), Plain.m(.field("version", 3))).fresh.anyone),
    Check(
      "4/framed.resynchronise", "nothing is read behind bytes that cannot be framed",
      "A stream that cannot be framed has no next packet: what follows is neither answered nor applied.",
      .burst(Plain.m(.append([0x03])), Plain.m()).fresh.anyone,
      .steps(.noise([0x03]), .burst(Plain.m())).fresh.anyone),
    Check(
      "4/framed.limits", "a key_length of 8192 and a name_length of 255 can be",
      "The greatest key and name that a length may say are framed: what is in them decides.",
      .cr(.key(.garbage(8192))).fresh, .cr(.id("user_id", .nobody), .set("name", .bytes([UInt8](repeating: 0x7a, count: 255)))).fresh),
    Check(
      "4/framed.crr", "lengths that a CRR's status does not allow cannot be framed",
      "A CRR that refuses has neither key nor name, and one that accepts has both.",
      .burst(Plain.packet(.chatRequestResponse, .field("key_length", 1))).fresh,
      .burst(Plain.packet(.chatRequestResponse, .field("name_length", 1))).fresh,
      .burst(Plain.packet(.chatRequestResponse, .field("status", 0))).fresh),
    Check(
      "4/half-close.inside", "a half-close inside a packet is answered by ACK 3",
      "A sender who ends inside a packet gets the ACK for what cannot be framed, and the connection is closed.",
      .steps(.burst(Plain.m(.cut(40))), .end).fresh.anyone, .steps(.burst(Plain.sc(), Plain.m(.cut(79))), .end).fresh.anyone,
      .steps(.burst(Plain.m(.cut(1))), .end).fresh.anyone),
    Check(
      "4/half-close.between", "a half-close between packets: all is answered, then closed",
      "A sender who ends after a packet gets all answers before the connection is closed.",
      .steps(.burst(Plain.m(), Plain.sc(), Plain.m()), .end).fresh.anyone.controlled(by: .burst(Plain.m(), Plain.sc(), Plain.m()))),
    Check(
      "4/read-timeout", "a stall inside a packet ends the connection",
      "When the read timeout passes inside a packet without a byte, the receiver closes.",
      stalled),
    Check(
      "4/read-timeout.answer", "a stall inside a packet is answered by ACK 3",
      "A stall inside a packet is answered as what cannot be framed.",
      stalled),
    Check(
      "4/idle", "a connection may be idle between packets",
      "The read timeout counts inside packets only.",
      .steps(.burst(Plain.m()), .stall, .burst(Plain.m())).fresh.anyone),
    Check(
      "4/closing", "an answered connection is closed with FIN, not reset",
      "After the last ACK the receiver sends FIN and reads on, so that unread input does not become a reset that destroys the ACK.",
      .burst(Plain.m(.field("version", 2)), Plain.m(), Plain.m()).fresh.anyone,
      Trial(steps: [.noise([0x02] + [UInt8](repeating: 0x55, count: 6000))]).fresh.controlled(by: .burst(Plain.m()))),
  ]

  private static let stalled = Trial.steps(.burst(Plain.m(.cut(40))), .stall).fresh.anyone
}
