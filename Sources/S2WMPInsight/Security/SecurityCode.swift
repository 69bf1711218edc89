import S2WMPAnalysis

/// What kinds of weakness are looked for (S2WMP §6), most severe first.
public enum SecurityCode: String, Sendable, CaseIterable {
  case keySubstitution = "security.key_substitution"
  case falseIDAccepted = "security.false_id_accepted"
  case replayAccepted = "security.replay_accepted"
  case falseID = "security.false_id"
  case nameReused = "security.name_reused"
  case weakKey = "security.weak_key"
  case invalidKey = "security.invalid_key"
  case replay = "security.replay"
  case tampering = "security.tampering"
  case segmentConflict = "security.segment_conflict"
  case squatting = "security.id_squatting"
  case flood = "security.flood"
  case serverSilent = "security.server_silent"
  case probing = "security.probing"
  case downgrade = "security.downgrade"
  case legacyUnauthenticated = "security.legacy_unauthenticated"
  case ecbRepetition = "security.ecb_repetition"
  case friendList = "security.friend_list"
  case clearMetadata = "security.clear_metadata"
  case idMoved = "security.id_moved"
  case resent = "security.resent"
  case clockSkew = "security.clock_skew"

  /// The name in every output.
  public var name: String { rawValue }

  /// Warnings and errors want somebody to look; notes say what any listener learns, or what has an innocent explanation.
  public var severity: Severity {
    switch self {
    case .keySubstitution, .falseIDAccepted, .replayAccepted: .error
    case .friendList, .clearMetadata, .idMoved, .resent, .clockSkew: .note
    default: .warning
    }
  }

  /// One sentence on when it is said.
  public var meaning: String {
    switch self {
    case .keySubstitution: "One user ID came with two different public keys."
    case .falseIDAccepted: "A request whose ID is not its public key's was accepted (v1)."
    case .replayAccepted: "A message sent again from another address was acknowledged where that tells: in the legacy dialect, or with other bytes."
    case .falseID: "A chat request, its answer or an ID change carries an ID that is not its public key's (v1)."
    case .nameReused: "A second user ID came with the name of a first one, and no ID change joins the two."
    case .weakKey: "A D-H or RSA key below 2048 bits."
    case .invalidKey: "A public key that does not parse."
    case .replay: "A message came again from another address than the first time, or with other bytes."
    case .tampering: "A message whose hash is wrong, or that its receiver refused because its hash was wrong or it did not decrypt."
    case .segmentConflict: "A TCP segment was captured twice with different bytes."
    case .squatting: "One user ID registered or announced from two addresses in turn, or refused by the server as a collision."
    case .flood: "More than 50 requests within a second from one address to a bootstrap server."
    case .serverSilent: "A bootstrap server that answered before leaves one address without answers, as after a ban."
    case .probing: "Ten or more refused or malformed packets within ten seconds from one address to another."
    case .downgrade: "A user who spoke v1 is seen in the legacy dialect."
    case .legacyUnauthenticated: "Messages of the legacy dialect, whose hash and client ID anybody can make."
    case .ecbRepetition: "Equal 16-byte blocks in the ciphertext of a pair (legacy dialect: AES in ECB mode)."
    case .friendList: "Lookups that tell every listener who is interested in whom."
    case .clearMetadata: "Who talks with whom, when, how much, and in which status, as any listener can read it."
    case .idMoved: "A user ID went from one address to another."
    case .resent: "A message came again on another connection from the address of the first time."
    case .clockSkew: "Messages dated more than 24 hours away from their capture."
    }
  }

  /// One sentence on what to do.
  public var advice: String {
    switch self {
    case .keySubstitution: "Stop writing to this user until both sides have compared fingerprints by telephone or in person."
    case .falseIDAccepted: "Replace the program that accepted it: a v1 peer must recompute the ID from the key (wire format, section 5.2)."
    case .replayAccepted: "Treat what this user seems to have said as untrue until it is confirmed, and find out who sent from that address."
    case .falseID: "Do not make friends from this request, and ask the user for the ID by another way."
    case .nameReused: "Compare IDs, not names: ask the user whether the key was made anew, and remove the ID that is not theirs."
    case .weakKey: "Make a new key of 2048 bits or more (s2wmp identity new) and send friends the ID change; what went under the old key can be read by others."
    case .invalidKey: "Find out which program sent it; a peer that accepts such a key does not check what it is given."
    case .replay: "Find out who sent it the second time; a sound v1 peer acknowledges the repetition and does not show it again."
    case .tampering: "Look at the path between the two for damage or interference; if it goes on, exchange keys again."
    case .segmentConflict: "Look for a machine in between that injects segments; what the receiver took may differ from what is shown."
    case .squatting: "Find out which address is the user's; look-ups may lead to the other, so have friends keep addresses instead of asking."
    case .flood: "Limit the rate for this address before the server, and remember that the source of a datagram can be forged."
    case .serverSilent: "If this address did not flood the server, somebody forged its datagrams to have it banned: filter forged sources."
    case .probing: "Find out who tests this peer, and keep its port closed to strangers."
    case .downgrade: "Have both sides refuse the legacy dialect, and repeat over v1 what matters."
    case .legacyUnauthenticated: "Move both sides to v1: here anybody on the path can change and invent messages."
    case .ecbRepetition: "Move both sides to v1: equal texts look equal here, so that messages can be guessed without any key."
    case .friendList: "Let peers keep their friends' addresses and ask the bootstrap server seldom; who listens near it learns who knows whom."
    case .clearMetadata: "Carry the traffic inside a VPN where it must not be known who talks with whom; sizes tell how long messages are."
    case .idMoved: "Nothing, if the user changed networks; registrations prove only the address that they come from."
    case .resent: "Nothing, if the acknowledgement was lost; a sound v1 peer does not show the message twice."
    case .clockSkew: "Set the clock, or look whether old messages are being sent again; a date in the future makes later status changes look old."
    }
  }
}
