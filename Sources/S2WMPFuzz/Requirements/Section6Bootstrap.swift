import S2WMPWire

/// The bootstrap server (S2WMP wire format, sections 4 and 6.2). Source 0 is where most is asked from, source 1 another address.
extension Requirements {
  static let registrations: [Check] = [
    server("6.2/reg.stored", "a registration is stored", "A REG is answered by RREG 0, and a lookup finds it.", .steps(.datagram(reg), .datagram(find))),
    server(
      "6.2/reg.tcp", "a registration by TCP is stored", "REG and LP are answered over TCP as over UDP.", .steps(.burst(reg, find))),
    server("6.2/reg.request-id", "an RREG carries the request_id of its REG", "request_id of a response is that of the request.", .steps(.datagram(reg))),
    server(
      "6.2/reg.zero", "a registration of the zero ID is status 3", "Nobody has the ID zero.",
      .steps(.datagram(Plain.packet(.registration, .id("user_id", .zero)))), .steps(.burst(Plain.packet(.registration, .id("user_id", .zero))))),
    server(
      "6.2/reg.refresh", "a registration may be refreshed from where it was made", "The same ID from the same source is stored anew.",
      Trial.steps(.datagram(reg), .datagram(reg)).controlled(by: .datagram(reg)),
      Trial.steps(
        .datagram(reg), .pause(.lifetime, percent: 60), .datagram(reg), .pause(.lifetime, percent: 60), .datagram(Plain.packet(.lookup))
      ).controlled(by: .datagram(reg), .datagram(Plain.packet(.lookup)))),
    server(
      "6.2/reg.collision", "an ID that is live from another source is status 1", "The first source keeps an ID until it expires.",
      Trial.steps(.datagram(reg), .source(1), .datagram(reg)).controlled(by: .datagram(reg))),
    server(
      "6.2/reg.collision-kept", "a collision does not move the registration", "After a collision the ID is still the first source's.",
      Trial.steps(.datagram(reg), .source(1), .datagram(reg), .source(0), .datagram(find)).controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/reg.port", "a refresh from another port replaces the port", "The address is that of the last registration.",
      Trial.steps(.datagram(reg), .burst(reg), .datagram(find)).controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/reg.expiry", "a registration expires", "After its lifetime, 15 minutes by default, an ID is free again.",
      Trial.steps(
        .datagram(reg), .pause(.lifetime, percent: 60), .datagram(Plain.packet(.lookup)), .pause(.lifetime, percent: 60), .datagram(Plain.packet(.lookup)),
        .source(1), .datagram(reg)
      ).controlled(by: .datagram(reg), .datagram(Plain.packet(.lookup)))),
  ]

  static let lookups: [Check] = [
    server("6.2/lp.found", "a lookup finds who is registered", "LPR 0 with the address.", .steps(.datagram(reg), .datagram(find))),
    server(
      "6.2/lp.unknown", "a lookup of an unknown ID is status 1", "Who is not registered is not found.",
      Trial.steps(.datagram(reg), .datagram(lookUp(.nobody))).controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/lp.zero-user", "a lookup by the zero ID is status 3", "Nobody asks as zero.",
      Trial.steps(.datagram(reg), .datagram(Plain.packet(.lookup, .id("user_id", .zero), .id("lookup_id", .friend))))
        .controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/lp.zero-lookup", "a lookup of the zero ID is status 3", "Nobody is looked up as zero.",
      Trial.steps(.datagram(reg), .datagram(lookUp(.zero))).controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/lp.unregistered", "a lookup by somebody who is not registered is status 2", "Only who is registered may look others up.",
      Trial.steps(.datagram(reg), .datagram(Plain.packet(.lookup, .id("lookup_id", .friend), from: .stranger)))
        .controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/lp.other-source", "a lookup from another source than registered is status 2", "An ID is worth something only where it was registered.",
      Trial.steps(.datagram(reg), .source(1), .datagram(find)).controlled(by: .datagram(reg), .datagram(find))),
    server(
      "6.2/lp.order", "zero IDs are refused before the asker is looked for", "Status 3 comes before status 2.",
      Trial.steps(.datagram(Plain.packet(.lookup, .id("lookup_id", .zero), from: .stranger))).controlled(by: .datagram(reg), .datagram(find))),
    server("6.2/lp.ids", "an LPR carries the IDs of its LP", "request_id, user_id and lookup_id are the request's.", .steps(.datagram(reg), .datagram(find))),
  ]

  static let movedIDs: [Check] = [
    server(
      "6.2/ic.moved", "an ID change moves the registration", "The entry is found under the new ID and no more under the old one; the answer is RREG 0.",
      .steps(.datagram(mover), .datagram(Plain.ic()), .datagram(Plain.packet(.lookup, from: .mover))),
      Trial.steps(.datagram(mover), .datagram(lookUpSelf), .datagram(Plain.ic()), .datagram(Plain.packet(.lookup, .time(.again), from: .mover)))
        .controlled(by: .datagram(mover), .datagram(lookUpSelf))),
    server("6.2/ic.tcp", "an ID change by TCP is answered", "IC is answered over TCP as over UDP.", .steps(.burst(mover, Plain.ic()))),
    server(
      "6.2/ic.id", "a new ID that is not the key's is status 3", "new_id is the ID of the key.",
      changing(.id("new_id", .nobody)), changing(.id("new_id", .zero))),
    server(
      "6.2/ic.unregistered", "an ID change of somebody who is not registered is status 2", "Only what is registered can move.",
      Trial.steps(.datagram(Plain.ic(from: .stranger))).controlled(by: .datagram(mover), .datagram(Plain.ic()))),
    server(
      "6.2/ic.other-source", "an ID change from another source than registered is status 2", "Only the source that registered an ID can move it.",
      Trial.steps(.datagram(mover), .source(1), .datagram(Plain.ic())).controlled(by: .datagram(mover), .datagram(Plain.ic()))),
    server(
      "6.2/ic.collision", "a new ID that is live from another source is status 1", "Nobody moves to an ID that is taken.",
      Trial.steps(.source(1), .datagram(Plain.packet(.registration, from: .other)), .source(0), .datagram(mover), .datagram(Plain.ic(.key(.ofOther))))
        .controlled(by: .datagram(mover), .datagram(Plain.ic()))),
    server(
      "6.2/ic.order", "the new ID is checked before the old one is looked for", "Status 3 comes before status 2.",
      Trial.steps(.datagram(Plain.ic(.id("new_id", .nobody), from: .stranger))).controlled(by: .datagram(mover), .datagram(Plain.ic()))),
  ]

  private static func changing(_ change: Change) -> Trial {
    Trial.steps(.datagram(mover), .datagram(Plain.ic(change))).controlled(by: .datagram(mover), .datagram(Plain.ic()))
  }

  static let searches: [Check] = [
    server("6.2/bsm.answer", "a BSM is answered by BSR", "A server makes itself known to who looks for one.", .steps(.datagram(search))),
    server(
      "6.2/bsm.id", "a server has one ID", "lookup_id of every BSR is the ID that the server made for itself once.",
      Trial.steps(.datagram(search), .datagram(search)).controlled(by: .datagram(search))),
    server(
      "6.2/udp.dropped", "everything else by UDP is dropped", "A server answers REG, LP, IC and BSM by UDP, nothing else.",
      dropped(Plain.m()), dropped(Plain.sc()), dropped(Plain.cr()), dropped(Plain.packet(.acknowledgement)), dropped(Plain.packet(.broadcastPeer)),
      dropped(Plain.packet(.lookupResponse))),
  ]

  private static func dropped(_ plan: PacketPlan) -> Trial { Trial.steps(.datagram(plan)).controlled(by: .datagram(search)) }

  static let rates: [Check] = [
    server("6.2/rate.exceeded", "the request that exceeds the rate is status 2", "Who asks too often is told so once.", flood),
    server(
      "6.2/rate.silence", "a banned source gets no answer", "After the status 2 there is silence.", flood,
      Trial(steps: flood.steps + [.datagram(reg), .source(0), .datagram(reg)]).controlled(by: .datagram(reg))),
    server(
      "6.2/rate.others", "a ban is for one source", "Other sources are answered while one is banned.",
      Trial(steps: flood.steps + [.source(0), .datagram(reg)]).controlled(by: .datagram(reg))),
    server(
      "6.2/rate.ends", "a ban ends", "After a minute, by default, a source is answered again.",
      Trial(steps: flood.steps + [.pause(.ban, percent: 120), .datagram(reg)]).controlled(by: .datagram(reg))),
    server(
      "6.2/rate.not-extended", "requests during a ban do not extend it", "A ban is over when its time is, whatever was asked meanwhile.",
      Trial(steps: flood.steps + [.pause(.ban, percent: 60), .datagram(reg), .datagram(reg), .pause(.ban, percent: 60), .datagram(reg)])
        .controlled(by: .datagram(reg))),
  ]

  /// More requests at once than a server takes from one source, from a source of their own: it is banned afterwards.
  private static let flood = Trial(steps: [.source(2), .send([PacketPlan](repeating: reg, count: 300), .whole)]).controlled(by: .burst(reg))

  // What is asked.
  private static let reg = Plain.packet(.registration)
  private static let lookUpSelf = Plain.packet(.lookup, from: .mover)
  private static let mover = Plain.packet(.registration, from: .mover)
  private static let search = Plain.packet(.broadcastServer)
  private static let find = lookUp(.friend)

  private static func lookUp(_ party: Party) -> PacketPlan { Plain.packet(.lookup, .id("lookup_id", party)) }

  static func server(_ id: String, _ title: String, _ sentence: String, _ trials: Trial...) -> Check {
    Check(id, title, sentence, .bootstrap, .v1, trials, nil)
  }
}
