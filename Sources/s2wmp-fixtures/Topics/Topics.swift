/// All fixtures, by topic.
enum Topics {
  static let captures: [Fixture] =
    [lanChat, everyPacket, legacyChat, legacyEveryPacket] + malformed + fileForms + links + internetPackets + streams + findings + keyed + security
}
