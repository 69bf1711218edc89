import S2WMPWire

/// Chat requests and ID changes (S2WMP wire format, section 6.1).
extension Requirements {
  static let requests: [Check] = accepting + refusing + responses

  private static let accepting: [Check] = [
    Check(
      "6.1/cr.accept", "a valid chat request is accepted", "Unless its user says no, a peer answers a valid CR by CRR 0.",
      Trial.cr().needing(.acceptance)),
    Check(
      "6.1/cr.answer", "an accepting CRR carries the target's key and name", "With CRR 0 come the key that goes with the target's ID, and a user name.",
      Trial.cr().needing(.acceptance), Trial.cr(from: .friend).needing(.friendship)),
    Check(
      "6.1/cr.echo", "a CRR carries the IDs of its CR", "requestor_id and user_id of a CRR are those of the CR that it answers.",
      .cr(.id("user_id", .nobody)), .cr(.id("requestor_id", .nobody))),
    Check(
      "6.1/cr.friends", "who was accepted is a friend at once", "After CRR 0 both are friends: a message of the new friend is accepted.",
      Trial.steps(.burst(Plain.cr()), .await, .burst(Plain.m(from: .newcomer))).needing(.acceptance)),
    Check(
      "6.1/cr.again", "the chat request of a friend is answered again", "A friend whose CRR got lost asks again, and gets the same answer.",
      .cr(from: .friend).needing(.friendship),
      Trial.burst(Plain.cr(from: .other), Plain.cr(from: .other)).needing(.friendship)),
    Check(
      "6.1/cr.deny", "a denied chat request is answered by status 1", "When the user says no, the CRR says so.",
      unchecked: "a person at the target has to say no"),
  ]

  private static let refusing: [Check] = [
    Check(
      "6.1/cr.name", "a name that is no user name is answered by ACK 3", "A user name is printable US-ASCII; the answer is an ACK, not a CRR.",
      .cr(.set("name", .bytes([0x41, 0x0a]))), .cr(.set("name", .bytes([0xe9]))), .cr(.set("name", .bytes([0]))), .cr(.set("name", .bytes([0x7f])))),
    Check(
      "6.1/cr.name-next", "what follows a name that is none is answered", "A CR with a wrong name is framed and rejected, and the connection is kept.",
      .burst(Plain.cr(.set("name", .bytes([0x0a]))), Plain.cr(.id("user_id", .nobody))).fresh),
    Check(
      "6.1/cr.user-id", "a chat request for somebody else is status 3", "user_id is the receiver's own.",
      .cr(.id("user_id", .nobody)), .cr(.id("user_id", .own)), .cr(.id("user_id", .zero))),
    Check(
      "6.1/cr.id", "a requestor ID that is not the key's is status 2", "The ID is recomputed from the key.",
      .cr(.id("requestor_id", .nobody)), .cr(.id("requestor_id", .zero)), .cr(.id("requestor_id", .other))),
    Check(
      "6.1/cr.own-id", "a chat request by the target's own key is status 2", "Nobody is one's own friend.",
      .cr(.key(.ofTarget)), .cr(.id("requestor_id", .target))),
    Check(
      "6.1/cr.key", "an unusable key is not accepted", "The key is usable by section 5.1.",
      .cr(.key(.garbage(3))), .cr(.key(.valueZero)), .cr(.key(.lowOrderPoint(0))), .cr(.key(.otherGroup))),
    Check(
      "6.1/cr.key-status", "an unusable key is status 4", "What is not accepted for its key is answered by status 4.",
      .cr(.key(.garbage(3))), .cr(.key(.valueOne)), .cr(.key(.lowOrderPoint(1)))),
    Check(
      "6.1/cr.order", "name, user ID, requestor ID and key are checked in this order", "The first check that fails decides the answer.",
      .cr(.set("name", .bytes([0x0a])), .id("user_id", .nobody)), .cr(.id("user_id", .nobody), .id("requestor_id", .nobody)),
      .cr(.id("user_id", .nobody), .key(.garbage(3))), .cr(.id("requestor_id", .nobody), .key(.garbage(3)))),
  ]

  private static let responses: [Check] = [
    ignored("6.1/crr.unsolicited", "a CRR that nobody asked for is ignored", .chatRequestResponse),
    Check(
      "6.1/crr.status", "a CRR with an undefined status is ignored", "Such a CRR has no key and no name, and means nothing.",
      .burst(Plain.packet(.chatRequestResponse, .field("status", 9)), Plain.m()).anyone.controlled(by: .burst(Plain.m()))),
    ignored("6.1/ignored.ack", "an ACK for nothing is ignored", .acknowledgement),
    ignored("6.1/ignored.lpr", "an LPR that nobody asked for is ignored", .lookupResponse),
    ignored("6.1/ignored.rreg", "an RREG that nobody asked for is ignored", .registrationResponse),
    ignored("6.1/ignored.bsr", "a BSR that nobody asked for is ignored", .broadcastServerResponse),
    ignored("6.1/ignored.bpr", "a BPR that nobody asked for is ignored", .broadcastPeerResponse),
  ]

  private static func ignored(_ id: String, _ title: String, _ type: PacketType) -> Check {
    Check(
      id, title, "An answer without its question changes nothing and gets no answer; the connection is kept.",
      Trial.burst(PacketPlan(type), Plain.m()).anyone.controlled(by: .burst(Plain.m())))
  }

  static let idChanges: [Check] = [
    Check(
      "6.1/ic.applied", "after an ID change the new ID is the friend", "What the friend sends under the new ID and key is accepted.",
      .burst(Plain.ic(), Plain.m(from: .mover)), .steps(.burst(Plain.ic()), .await, .burst(Plain.sc(from: .mover)))),
    Check(
      "6.1/ic.again", "an ID change that was applied is acknowledged again", "The ACK may have been lost: the same IC is accepted once more.",
      .burst(Plain.ic(), Plain.ic(.time(.again)))),
    Check(
      "6.1/ic.again-client", "a repeated ID change with a wrong client ID is error 1", "Also an IC that was applied has to prove who sent it.",
      .burst(Plain.ic(), Plain.ic(.time(.again), .flip("client_id", bit: 40)))),
  ]
}
