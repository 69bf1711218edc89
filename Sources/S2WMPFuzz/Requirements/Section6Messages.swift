/// What follows from packets that pass all checks, and what every ACK echoes (S2WMP wire format, section 6.1).
extension Requirements {
  static let messages: [Check] = acceptance + echoes + duplicates

  private static let acceptance: [Check] = [
    Check(
      "6.1/accept.m", "a valid message is accepted", "When all checks hold, the ACK says accepted and names no error.",
      .m(), .m(.text(.letters(1))), .m(from: .other)),
    Check(
      "6.1/accept.sc", "a valid status change is accepted", "When all checks hold, the ACK says accepted and names no error.",
      .sc(), .sc(.field("status", 1)), .sc(.field("status", 3)), .sc(from: .other)),
    Check(
      "6.1/accept.ic", "a valid ID change is accepted", "An IC of a friend to the ID of a new, usable key is acknowledged.",
      .ic()),
    Check("6.1/empty", "an empty text is accepted", "A message may say nothing: its body is not empty.", .m(.text(.letters(0)))),
    Check(
      "6.1/deliver", "an accepted message is delivered", "What is acknowledged as accepted reaches the user, once.",
      Trial.m().needing(.heard), Trial.burst(Plain.m(), Plain.m(from: .other)).needing(.heard)),
    Check(
      "6.1/sc.applied", "an accepted status change is applied", "A friend's status is what the last accepted SC says.",
      Trial.burst(Plain.sc(.field("status", 1)), Plain.sc(.field("status", 2))).needing(.heard)),
    Check(
      "6.1/past", "a time long past is no error", "The first checks do not look at the clock.",
      .m(.time(.exact(1)), from: .other)),
    Check(
      "6.1/future", "a time far ahead is no error", "The first checks do not look at the clock.",
      .m(.time(.exact(1 << 62)), from: .other)),
  ]

  private static let echoes: [Check] = [
    Check(
      "6.1/echo.datetime", "a rejecting ACK carries the datetime of the packet", "The sender can tell which packet was rejected.",
      .m(.hash(.zero)), .m(.field("status", 9)).anyone, .sc(.id("receiver_id", .nobody)), .m(from: .stranger)),
    Check(
      "6.1/echo.user-id", "an ACK carries the sender's ID of the packet", "The sender can tell whose packet is answered.",
      .m(), .sc(), .m(from: .stranger), .m(.id("sender_id", .nobody)).anyone),
    Check(
      "6.1/echo.ic", "the ACK of an IC carries its timestamp and the old ID", "For an IC these two take the place of datetime and sender_id.",
      .ic(.client(.program("other"))), .ic()),
    Check(
      "6.1/echo.unframed", "the ACK for what cannot be framed carries neither time nor ID", "Where there is no packet there is nothing to echo.",
      .m(.field("version", 2)).anyone, .sc(.field("type", 7)).anyone),
  ]

  private static let duplicates: [Check] = [
    Check(
      "6.1/duplicate.ack", "a repeated message is acknowledged again", "The first ACK may have been lost: a repeated M is accepted again.",
      .burst(Plain.m(), Plain.m(.time(.again))), .steps(.burst(Plain.m()), .connection(1), .burst(Plain.m(.time(.again))))),
    Check(
      "6.1/duplicate.deliver", "a repeated message is not delivered again", "One sender's messages of the same datetime are one message.",
      Trial.burst(Plain.m(), Plain.m(.time(.again))).needing(.heard),
      Trial.steps(.burst(Plain.m()), .await, .connection(1), .burst(Plain.m(.time(.again)))).needing(.heard),
      // Neither a message between nor a chat request of the same friend makes it forget.
      Trial.burst(
        Plain.m(.time(.exact(78_000)), from: .other), Plain.m(.time(.exact(79_000)), from: .other), Plain.m(.time(.exact(78_000)), from: .other)
      ).needing(.heard),
      Trial.burst(Plain.m(), Plain.cr(from: .friend), Plain.m(.time(.again))).needing(.heard)),
    Check(
      "6.1/duplicate.late", "a message older than the last one is delivered", "Messages may arrive in another order than they were sent in.",
      Trial.burst(Plain.m(), Plain.m(.time(.late))).needing(.heard)),
    Check(
      "6.1/duplicate.late-ack", "a message older than the last one is accepted", "Arriving late is no error.",
      .burst(Plain.m(), Plain.m(.time(.late)))),
    Check(
      "6.1/duplicate.checks", "a repeated message passes all checks first", "A repetition with a wrong hash is error 2, not a duplicate.",
      .burst(Plain.m(), Plain.m(.time(.again), .flip("hash", bit: 3))),
      .burst(Plain.m(), Plain.m(.time(.again), .flip("client_id", bit: 3)))),
    Check(
      "6.1/duplicate.sender", "two senders may use the same datetime", "What makes a duplicate is sender and datetime together.",
      Trial.burst(Plain.m(.time(.exact(77_000)), from: .other), Plain.m(.time(.exact(77_000)), from: .mover)).needing(.heard)),
    Check(
      "6.1/sc.stale", "a status change older than the last one is not applied", "The newest SC counts, in whatever order they arrive.",
      Trial.burst(Plain.sc(.field("status", 1)), Plain.sc(.field("status", 2), .time(.late))).needing(.heard),
      // The same time is not newer either.
      Trial.burst(
        Plain.sc(.field("status", 1), .time(.exact(1 << 62)), from: .other), Plain.sc(.field("status", 2), .time(.exact(1 << 62)), from: .other)
      ).needing(.heard)),
    Check(
      "6.1/sc.late-ack", "a status change older than the last one is accepted", "Arriving late is no error.",
      .burst(Plain.sc(), Plain.sc(.time(.late)))),
    Check(
      "6.1/sc.again", "a repeated status change is acknowledged again", "The first ACK may have been lost: a repeated SC is accepted again.",
      .burst(Plain.sc(), Plain.sc(.time(.again)))),
  ]
}
