/// Peer discovery, and what a peer has to endure (S2WMP wire format, section 6.1).
extension Requirements {
  static let discovery: [Check] = [
    Check("6.1/bpm.any", "a BPM for any peer is answered", "A lookup_id of zero asks everybody.", .bpm(.id("lookup_id", .zero))),
    Check("6.1/bpm.mine", "a BPM for the target is answered", "Who is looked up answers.", .bpm(.id("lookup_id", .target))),
    Check("6.1/bpm.unicast", "a BPM to the peer's own port is answered", "A BPM need not be a broadcast to be answered.", .bpm(), .bpm(from: .friend)),
    Check(
      "6.1/bpm.lookup-id", "a BPM for somebody else gets no answer", "Only who is looked up answers.",
      .bpm(.id("lookup_id", .nobody)), .bpm(.id("lookup_id", .other))),
    Check(
      "6.1/bpm.self", "a BPM by the target's own ID gets no answer", "A peer hears its own broadcasts, and does not answer them.",
      .bpm(.id("user_id", .target))),
    Check(
      "6.1/bpm.invisible", "an invisible peer does not answer strangers", "Who is invisible is so to those who are no friends.",
      .steps(.status(.invisible), .datagram(Plain.packet(.broadcastPeer, from: .stranger)), .status(.online))
        .controlled(by: .datagram(Plain.packet(.broadcastPeer, from: .stranger)))),
    Check(
      "6.1/bpm.invisible-friend", "an invisible peer answers friends", "Friends find each other also when invisible.",
      .steps(.status(.invisible), .datagram(Plain.packet(.broadcastPeer, from: .friend)), .status(.online)).needing(.friendship)
        .controlled(by: .datagram(Plain.packet(.broadcastPeer, from: .friend)))),
    Check(
      "6.1/hello", "every friend is told the status on going online", "On going online a peer sends an SC to every friend.",
      unchecked: "the target would have to be started anew"),
  ]

  static let endurance: [Check] = [
    Check(
      "6.1/crash", "no packet ends the target", "A target lives through whatever is sent to it.",
      Trial(steps: [.noise([UInt8](repeating: 0xff, count: 20_000))]).fresh.controlled(by: .burst(Plain.m())),
      .m(.text(.letters(9_000)), .field("status", 3), .field("undefined", 0xff_ffff))),
    Check(
      "6.1/hang", "no packet silences the target", "A target answers what comes after whatever was sent to it.",
      .steps(.burst(Plain.m(.body(.garbage(50_000)))), .connection(1), .burst(Plain.sc())).fresh),
    Check(
      "6.1/crash.length", "long messages do not end the target", "A target lives through messages of every length.",
      .m(.text(.letters(5_000))), .m(.text(.letters(32_768))), .m(.text(.letters(60_000)))),
    Check(
      "6.1/crash.datetime", "the greatest datetime does not end the target", "A target lives through every value of a field.",
      .sc(.time(.exact(.max)), from: .other), .m(.time(.exact(.max)), from: .other)),
    Check(
      "6.1/hang.status", "a connection goes on after a message of an invisible friend", "Whatever was accepted, the next packet is answered.",
      .steps(.burst(Plain.m(.field("status", 3))), .await, .burst(Plain.m())).fresh),
    Check(
      "6.1/leak", "memory does not grow with every packet", "What was handled is let go.",
      unchecked: "it shows over many packets only: s2wmp fuzz with --spawn or --pid watches it"),
    Check(
      "6.1/slow", "answers do not become slower with every packet", "The time for a packet does not depend on how many came before.",
      unchecked: "it shows over many packets only: s2wmp fuzz watches it"),
  ]
}
