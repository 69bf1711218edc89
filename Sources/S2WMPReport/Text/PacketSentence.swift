import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// What a packet says, in a few words (`alice → bob  online  412 bytes`), and a detail that may stand apart (`ffdhe3072 + RSA-3072`).
struct PacketSentence {
  var what: StyledText
  var detail: StyledText
  var style: TextStyle?
  let options: TextOptions

  init(_ options: TextOptions) {
    what = StyledText(colour: options.hasColour)
    detail = StyledText(colour: options.hasColour)
    self.options = options
  }

  mutating func describe(_ packet: Dissection, _ book: NameBook) {
    what.clear()
    detail.clear()
    style = nil
    guard let view = packet.view else { return describeMalformed(packet) }
    switch view.layout {
    case .messaging:
      messaging(view, packet, view[Messaging.senderID], view[Messaging.receiverID], Int(view[Messaging.length]), book)
      quote(packet)
    case .legacyMessaging:
      messaging(view, packet, view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID], Int(view[LegacyMessaging.length]), book)
      quote(packet)
    case .legacyStatus: what.append("now \(code(view, "status"))")
    case .acknowledgement: acknowledgement(view)
    case .chatRequest, .chatRequestResponse, .legacyChatRequest, .idChange: keyExchange(view, packet, book)
    default: service(view, book)
    }
  }

  private mutating func describeMalformed(_ packet: Dissection) {
    style = .bad
    what.append("no packet: ")
    let shown = UnsafeRawBufferPointer(rebasing: packet.bytes.prefix(8))
    for (index, byte) in shown.enumerated() {
      if index > 0 { what.append(" ") }
      what.append { bytes in bytes += [Hex.digit(byte >> 4), Hex.digit(byte & 15)] }
    }
    what.append(packet.length > UInt64(shown.count) ? " …  \(counted(packet.length, "byte"))" : "  \(counted(packet.length, "byte"))")
  }

  private mutating func messaging(
    _ view: PacketView, _ packet: Dissection, _ sender: Identifier, _ receiver: Identifier, _ length: Int, _ book: NameBook
  ) {
    user(sender, book)
    what.append(" → ")
    user(receiver, book)
    if view.type == .statusChange {
      what.append("  now \(code(view, "status"))")
    } else {
      what.append("  \(code(view, "status"))")
      // Where room is scarce, what it says tells more than its size.
      if !options.isCompact || packet.opened?.plaintext == nil { what.append("  \(counted(length, "byte"))") }
    }
  }

  /// The message itself, when keys told it.
  private mutating func quote(_ packet: Dissection) {
    guard let plaintext = packet.opened?.plaintext else { return }
    detail.append("\"")
    detail.append(untrusted: plaintext, limit: 200)
    detail.append("\"")
  }

  private mutating func acknowledgement(_ view: PacketView) {
    let isAccepted = view[Acknowledgement.ack] == 1 && view[Acknowledgement.error] == 0
    if isAccepted { return what.append("accepted") }
    style = .bad
    what.append(view[Acknowledgement.ack] == 0 ? "rejected: \(code(view, "error"))" : "ack \(code(view, "ack")), error \(code(view, "error"))")
  }

  mutating func user(_ id: Identifier, _ book: NameBook) { what.append(user: id, book, options) }

  /// The text of a code field, or its number.
  func code(_ view: PacketView, _ name: String) -> String {
    guard let row = view.layout.row(named: name), let value = view.bytes[view.range(of: row)].first else { return "" }
    return row.codes?.code(value)?.text ?? "\(name) \(value)"
  }
}

/// Friends, keys and IDs.
extension PacketSentence {
  private mutating func keyExchange(_ view: PacketView, _ packet: Dissection, _ book: NameBook) {
    switch view.layout {
    case .chatRequest: request(view, view[ChatRequest.requestorID], view[ChatRequest.userID], view[ChatRequest.name], packet, book)
    case .chatRequestResponse: response(view, packet, book)
    case .idChange:
      user(view[IDChange.userID], book)
      what.append(" is now ")
      user(view[IDChange.newID], book)
      key(view[IDChange.publicKey], .v1)
    default: legacyRequest(view, packet, book)
    }
  }

  private mutating func request(
    _ view: PacketView, _ requestor: Identifier, _ asked: Identifier, _ name: UnsafeRawBufferPointer, _ packet: Dissection,
    _ book: NameBook
  ) {
    claimant(requestor, name, packet, book)
    what.append(" asks ")
    user(asked, book)
    key(view.keyField, view.layout.dialect)
  }

  private mutating func response(_ view: PacketView, _ packet: Dissection, _ book: NameBook) {
    let status = view[ChatRequestResponse.status]
    style = status == 0 ? nil : .bad
    what.append(status < 2 ? "\(code(view, "status")) by " : "refused: \(code(view, "status"))")
    if status > 1 { return }
    guard status == 0 else { return user(view[ChatRequestResponse.userID], book) }
    claimant(view[ChatRequestResponse.userID], view[ChatRequestResponse.name], packet, book)
    key(view.keyField, .v1)
  }

  private mutating func legacyRequest(_ view: PacketView, _ packet: Dissection, _ book: NameBook) {
    if view[LegacyChatRequest.status] != 1 {
      style = .bad
      return what.append("refused: \(code(view, "status"))")
    }
    request(view, view[LegacyChatRequest.requestorID], view[LegacyChatRequest.userID], view[LegacyChatRequest.name], packet, book)
  }

  /// The sender of a key and a name. A name that does not belong to the ID is only a claim.
  private mutating func claimant(_ id: Identifier, _ name: UnsafeRawBufferPointer, _ packet: Dissection, _ book: NameBook) {
    if !packet.findings.contains(.idMismatch) { return user(id, book) }
    what.append(id: id, options.ids, otherwise: "someone")
    what.append(" as ")
    what.append(name: name)
  }

  private mutating func key(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect) {
    detail.append(PublicKeyField.parse(bytes, dialect)?.description ?? "no valid key")
  }
}

/// Discovery and the bootstrap server.
extension PacketSentence {
  private mutating func service(_ view: PacketView, _ book: NameBook) {
    switch view.layout {
    case .registration: register(view[Registration.userID], book)
    case .legacyRegistration: register(view[LegacyRegistration.userID], book)
    case .registrationResponse: outcome(view, isGood: view[RegistrationResponse.status] == 0, "registered")
    case .legacyRegistrationResponse: outcome(view, isGood: view[LegacyRegistrationResponse.status] == 0, "registered")
    case .lookup: lookup(view, book)
    case .lookupResponse: found(view, book)
    case .legacyLookup: search(view[LegacyLookup.userID], view[LegacyLookup.lookupID], book)
    case .legacyLookupResponse: legacyFound(view, book)
    case .legacyUserBroadcast:
      user(view[UserBroadcast.userID], book)
      what.append(view.bytes.last == 1 ? " is here" : ": who is there?")
    default: break
    }
  }

  private mutating func register(_ id: Identifier, _ book: NameBook) {
    user(id, book)
    what.append(" registers")
  }

  private mutating func outcome(_ view: PacketView, isGood: Bool, _ good: String) {
    style = isGood ? nil : .bad
    what.append(isGood ? good : "refused: \(code(view, "status"))")
  }

  private mutating func search(_ asker: Identifier, _ wanted: Identifier, _ book: NameBook) {
    user(asker, book)
    what.append(" looks up ")
    user(wanted, book)
  }

  private mutating func lookup(_ view: PacketView, _ book: NameBook) {
    let wanted = view[Lookup.lookupID]
    switch view.type {
    case .broadcastServer: what.append("where is a bootstrap server?")
    case .broadcastPeer where wanted.isZero: what.append("who is there?")
    case .broadcastPeer:
      what.append("where is ")
      user(wanted, book)
      what.append("?")
    default: return search(view[Lookup.userID], wanted, book)
    }
    detail.append(user: view[Lookup.userID], book, options)
  }

  private mutating func found(_ view: PacketView, _ book: NameBook) {
    let id = view[LookupResponse.lookupID]
    let isBroadcast = view.type != .lookupResponse
    switch view[LookupResponse.status] {
    case 0 where isBroadcast: what.append(view.type == .broadcastServerResponse ? "server here: " : "here: ")
    case 0:
      user(id, book)
      what.append(" is at ")
    case 1 where !isBroadcast:
      user(id, book)
      return what.append(" not found")
    default: return outcome(view, isGood: false, "")
    }
    place(view)
    if isBroadcast { detail.append(user: id, book, options) }
  }

  /// IPv6 in brackets before the port.
  private mutating func place(_ view: PacketView) {
    let address = view[LookupResponse.address]
    let isIPv4 = address.high == 0 && address.low >> 32 == 0xffff
    let endpoint = Endpoint(high: address.high, low: address.low, port: view[LookupResponse.port], isIPv4: isIPv4)
    what.append { Notation.appendEndpoint(endpoint, to: &$0) }
  }

  /// The authors' server writes the ID that was looked up into `user_id`.
  private mutating func legacyFound(_ view: PacketView, _ book: NameBook) {
    let status = view[LegacyLookupResponse.status]
    if status > 1 { return outcome(view, isGood: false, "") }
    user(view[LegacyLookupResponse.userID], book)
    if status == 1 { return what.append(" not found") }
    what.append(" is at ")
    what.append { Notation.appendIPv4(view[LegacyLookupResponse.address].value, to: &$0) }
  }
}

extension PacketView {
  /// The bytes of the layout's public key, if it has one.
  var keyField: UnsafeRawBufferPointer {
    switch layout {
    case .chatRequest: self[ChatRequest.publicKey]
    case .chatRequestResponse: self[ChatRequestResponse.publicKey]
    case .idChange: self[IDChange.publicKey]
    case .legacyChatRequest: self[LegacyChatRequest.publicKey]
    default: UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }
}
