import S2WMPWire

/// What the legacy dialect lets one expect of a peer (S2WMP wire format, appendix L). A peer opens a connection per packet and answers on one of its own.
extension Requirements {
  static let legacyPeer: [Check] = legacyMessages + legacyRequests + legacyStreams

  private static let legacyMessages: [Check] = [
    legacy("L/m.accepted", "a valid message is accepted", "A message of a friend whose hash matches is acknowledged.", .m(), .m(.text(.letters(400)))),
    legacy(
      "L/m.echo", "an ACK carries datetime and sender of the message", "The ACK is that of v1: it echoes which message is meant.", .m(),
      .m(.flip("hash", bit: 5))),
    legacy(
      "L/m.status", "a status that is not 1 to 4 is error 3", "The legacy statuses are online 1, away 2, busy 3 and offline 4.", .m(.field("status", 0)),
      .m(.field("status", 5))),
    legacy("L/m.length", "a message of length 0 is error 3", "A message has a body: AES pads also an empty text.", .m(.body(.short(0)))),
    legacy("L/m.receiver", "a receiver who is not the target is error 1", "receiver_id is the receiver's own ID.", .m(.id("receiver_id", .nobody))),
    legacy("L/m.sender", "a sender who is no friend is error 1", "sender_id is a friend's.", .m(from: .stranger), .m(.id("sender_id", .nobody))),
    legacy(
      "L/m.client", "a client ID that is not the program's is error 1", "The client ID stands in the clear.", .m(.flip("client_id", bit: 0)),
      .m(.id("client_id", .zero))),
    legacy(
      "L/m.body", "a body that does not decrypt is error 4", "A body is whole blocks that end in a right padding.", .m(.body(.short(8))),
      .m(.body(.bit(-1)))),
    legacy("L/m.hash", "a wrong hash is error 2", "The hash is that of the encrypted body.", .m(.flip("hash", bit: 5)), .m(.hash(.zero))),
    legacy("L/m.utf8", "text that is not UTF-8 is error 3", "A plaintext is well-formed UTF-8.", .m(.says([0xff]))),
    legacy("L/m.again", "a repeated message is accepted again", "The ACK may have been lost.", .burst(Plain.m(), Plain.m(.time(.again)))),
  ]

  private static let legacyRequests: [Check] = [
    legacy(
      "L/cr.accepted", "a chat request is answered by one", "Who accepts answers with a CR of status 1, with key and name.",
      Trial.cr().needing(.acceptance)),
    legacy(
      "L/cr.requestor", "an impossible requestor ID is status 2", "Status 2 is: invalid requester ID.", .cr(.id("requestor_id", .zero)),
      .cr(.id("requestor_id", .target))),
    legacy("L/cr.friend", "a chat request for somebody else is status 3", "Status 3 is: invalid friend ID.", .cr(.id("user_id", .nobody))),
    legacy("L/cr.key", "an unusable key is status 4", "Status 4 is: invalid key.", .cr(.key(.garbage(3))), .cr(.key(.truncated(1))), .cr(.key(.trailing(1)))),
    legacy(
      "L/ub.reply", "a user broadcast is answered by one", "An announcement is answered by a User Broadcast of 43 bytes.",
      Trial.steps(.datagram(PacketPlan(.userBroadcast, from: .stranger))).uncontrolled("nothing is changed in it")),
    legacy(
      "L/ub.size", "a user broadcast of an odd size gets no answer", "A User Broadcast has 43 bytes, or 59 and any further even number.",
      .steps(.datagram(PacketPlan(.userBroadcast, from: .stranger, [.append([0])]))),
      .steps(.datagram(PacketPlan(.userBroadcast, from: .stranger, [.cut(50)])))),
  ]

  private static let legacyStreams: [Check] = [
    legacy(
      "L/framed", "what cannot be framed is answered by ACK 3, then closed", "Version 1, types 1 to 9, and lengths within their limits are framed.",
      .m(.field("version", 2)), .m(.field("type", 10)), .m(.field("length", 0x8000)), .cr(.field("key_length", 0)), .cr(.field("key_length", 8193))),
    legacy(
      "L/half-close", "a half-close inside a packet is answered by ACK 3", "A packet that ends early cannot be framed.",
      .steps(.burst(Plain.m(.cut(40))), .end)),
    legacy(
      "L/cut", "a packet may come cut anywhere", "Where a packet is cut into segments makes no difference.", Trial(steps: [.send([Plain.m()], .every(1))])),
  ]

  private static func legacy(_ id: String, _ title: String, _ sentence: String, _ trials: Trial...) -> Check {
    Check(id, title, sentence, .peer, .legacy, trials.map(\.fresh), nil)
  }

  static let legacyServer: [Check] = [
    legacyServer("L/server.reg", "a registration is stored", "A REG is answered by RREG 0.", .steps(.datagram(reg))),
    legacyServer(
      "L/server.refresh", "a registration may be made again from where it was made", "The same ID from the same source is no collision.",
      Trial.steps(.datagram(reg), .datagram(reg)).controlled(by: .datagram(reg))),
    legacyServer(
      "L/server.reply-port", "answers go to port 5002", "A legacy program waits for a server's answers on UDP port 5002.", .steps(.datagram(reg))),
    legacyServer(
      "L/server.reg-zero", "a registration of the zero ID is status 2", "Status 2 is: error.",
      .steps(.datagram(Plain.packet(.registration, .id("user_id", .zero))))),
    legacyServer(
      "L/server.collision", "an ID that is live from another source is status 1", "Status 1 is: ID collision.",
      Trial.steps(.datagram(reg), .source(1), .datagram(reg)).controlled(by: .datagram(reg))),
    legacyServer(
      "L/server.found", "a lookup finds who is registered, IDs swapped", "The answer has the looked-up ID in user_id and the asker's in lookup_id.",
      .steps(.datagram(reg), .datagram(find(.friend)))),
    legacyServer(
      "L/server.unknown", "a lookup of an unknown ID is status 1", "Status 1 is: not found.",
      Trial.steps(.datagram(reg), .datagram(find(.nobody))).controlled(by: .datagram(reg), .datagram(find(.friend)))),
    legacyServer(
      "L/server.lookup-zero", "a lookup of the zero ID is status 2", "Status 2 is: invalid lookup ID.",
      Trial.steps(.datagram(reg), .datagram(find(.zero))).controlled(by: .datagram(reg), .datagram(find(.friend)))),
    legacyServer(
      "L/server.requestor", "a lookup by somebody who is not registered is status 3", "Status 3 is: invalid requestor ID.",
      Trial.steps(.datagram(reg), .datagram(Plain.packet(.lookup, .id("lookup_id", .friend), from: .stranger)))
        .controlled(by: .datagram(reg), .datagram(find(.friend))),
      Trial.steps(.datagram(reg), .source(1), .datagram(find(.friend))).controlled(by: .datagram(reg), .datagram(find(.friend)))),
    legacyServer(
      "L/server.no-answer", "a datagram that is no packet gets no answer", "What is not exactly one REG or LP is no request.",
      Trial(steps: [.datagramNoise([2, 2, 0])]).controlled(by: .datagram(reg)), .steps(.datagram(Plain.packet(.registration, .field("version", 2)))),
      .steps(.datagram(Plain.packet(.registration, .cut(33)))), .steps(.datagram(Plain.packet(.registration, .append([0]))))),
    legacyServer(
      "L/server.others", "packets that are not for a server get no answer", "A server answers REG and LP.",
      Trial.steps(.datagram(Plain.packet(.statusChange))).controlled(by: .datagram(reg)),
      Trial.steps(.datagram(Plain.packet(.lookupResponse))).controlled(by: .datagram(reg))),
  ]

  private static let reg = Plain.packet(.registration)

  private static func find(_ party: Party) -> PacketPlan { Plain.packet(.lookup, .id("lookup_id", party)) }

  private static func legacyServer(_ id: String, _ title: String, _ sentence: String, _ trials: Trial...) -> Check {
    Check(id, title, sentence, .bootstrap, .legacy, trials, nil)
  }
}
