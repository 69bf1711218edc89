import S2WMPWire

/// Datagrams at a peer (S2WMP wire format, section 4).
extension Requirements {
  static let datagrams: [Check] = [
    Check(
      "4/udp.no-answer", "a malformed datagram gets no answer",
      "A datagram that is no packet is dropped, so that nobody can have answers sent to others.",
      Trial(steps: [.datagramNoise([2, 14, 0])]).controlled(by: .datagram(Plain.packet(.broadcastPeer, from: .stranger))),
      .bpm(.field("version", 2)), .bpm(.field("type", 7)), .bpm(.cut(51)), .bpm(.cut(1))),
    Check(
      "4/udp.one-packet", "a datagram with bytes behind its packet gets no answer",
      "A datagram is exactly one packet.",
      .bpm(.append([0])), .bpm(.append([UInt8](repeating: 1, count: 52)))),
    Check(
      "4/udp.values", "a datagram with an undefined value gets no answer",
      "A BPM whose status is not 0, or whose broadcast flag is not 1, is dropped.",
      .bpm(.field("status", 1)), .bpm(.field("broadcast", 0)), .bpm(.field("broadcast", 2))),
    Check(
      "4/udp.tcp-only", "M, SC, IC and CR by UDP get no answer",
      "What belongs into a TCP stream is dropped when it comes as a datagram.",
      datagram(Plain.m()), datagram(Plain.sc()), datagram(Plain.ic()), datagram(Plain.cr())),
  ]

  private static func datagram(_ plan: PacketPlan) -> Trial {
    Trial(steps: [.datagram(plan)]).controlled(by: .datagram(Plain.packet(.broadcastPeer, from: .stranger)))
  }
}
