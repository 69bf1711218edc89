import S2WMPWire

/// Packets of v1 from their field values; keys and bodies as the caller says.
enum Packets {
  static func registration(_ id: Identifier, requestID: UInt64) -> [UInt8] {
    build(.registration) {
      $0.set(Registration.requestID, Opaque64(requestID))
      $0.set(Registration.userID, id)
    }
  }

  static func registrationResponse(_ status: UInt8, requestID: UInt64) -> [UInt8] {
    build(.registrationResponse) {
      $0.set(RegistrationResponse.status, status)
      $0.set(RegistrationResponse.requestID, Opaque64(requestID))
    }
  }

  /// LP, BSM or BPM.
  static func lookup(_ type: PacketType, from id: Identifier, for wanted: Identifier = .zero, requestID: UInt64, at timestamp: UInt64) -> [UInt8] {
    build(type) {
      $0.set(Lookup.timestamp, timestamp)
      $0.set(Lookup.requestID, Opaque64(requestID))
      $0.set(Lookup.broadcast, type == .lookup ? 0 : 1)
      $0.set(Lookup.userID, id)
      $0.set(Lookup.lookupID, wanted)
    }
  }

  /// LPR, BSR or BPR; `place` nil: not found.
  static func lookupResponse(
    _ type: PacketType, to id: Identifier, about found: Identifier, at place: Place?, status: UInt8? = nil, requestID: UInt64, time: UInt64
  ) -> [UInt8] {
    build(type) {
      $0.set(LookupResponse.timestamp, time)
      $0.set(LookupResponse.requestID, Opaque64(requestID))
      $0.set(LookupResponse.status, status ?? (place == nil ? 1 : 0))
      $0.set(LookupResponse.userID, id)
      $0.set(LookupResponse.lookupID, found)
      $0.set(LookupResponse.address, place?.address ?? Address128(high: 0, low: 0))
      $0.set(LookupResponse.port, place?.port ?? 0)
    }
  }

  static func chatRequest(from person: Person, to id: Identifier) -> [UInt8] {
    build(.chatRequest) {
      $0.set(ChatRequest.requestorID, person.id)
      $0.set(ChatRequest.userID, id)
      $0.set(ChatRequest.publicKey, person.publicKey)
      $0.set(ChatRequest.name, person.name.utf8)
    }
  }

  /// Accepted.
  static func chatResponse(from person: Person, to id: Identifier) -> [UInt8] {
    build(.chatRequestResponse) {
      $0.set(ChatRequestResponse.requestorID, id)
      $0.set(ChatRequestResponse.userID, person.id)
      $0.set(ChatRequestResponse.publicKey, person.publicKey)
      $0.set(ChatRequestResponse.name, person.name.utf8)
    }
  }

  static func chatDenial(_ status: UInt8, requestor: Identifier, user: Identifier) -> [UInt8] {
    build(.chatRequestResponse) {
      $0.set(ChatRequestResponse.status, status)
      $0.set(ChatRequestResponse.requestorID, requestor)
      $0.set(ChatRequestResponse.userID, user)
    }
  }

  static func acknowledgement(error: UInt8 = 0, datetime: UInt64, _ id: Identifier) -> [UInt8] {
    build(.acknowledgement) {
      $0.set(Acknowledgement.ack, error == 0 ? 1 : 0)
      $0.set(Acknowledgement.error, error)
      $0.set(Acknowledgement.datetime, datetime)
      $0.set(Acknowledgement.userID, id)
    }
  }

  /// The ACK that answers an M, SC or IC.
  static func answer(to packet: [UInt8], error: UInt8 = 0) -> [UInt8] {
    let isIDChange = packet[1] == PacketType.idChange.rawValue
    let (time, id) = isIDChange ? (2, 18) : (5, 16)
    var answer = acknowledgement(error: error, datetime: 0, .zero)
    answer.replaceSubrange(4..<12, with: packet[time..<time + 8])
    answer.replaceSubrange(12..<28, with: packet[id..<id + 16])
    return answer
  }

  /// To a bootstrap server: the client ID is zero.
  static func idChange(from id: Identifier, to newKey: [UInt8], requestID: UInt64, at timestamp: UInt64) -> [UInt8] {
    build(.idChange) {
      $0.set(IDChange.timestamp, timestamp)
      $0.set(IDChange.requestID, Opaque64(requestID))
      $0.set(IDChange.userID, id)
      $0.set(IDChange.newID, Person(name: "", publicKey: newKey).id)
      $0.set(IDChange.publicKey, newKey)
    }
  }

  /// An M or SC whose cryptographic fields are filler.
  static func message(
    _ type: PacketType = .message, from sender: Identifier, to receiver: Identifier, at datetime: UInt64, status: UInt8 = 0, body count: Int = 48
  ) -> [UInt8] {
    build(type) {
      $0.set(Messaging.status, status)
      $0.set(Messaging.datetime, datetime)
      $0.set(Messaging.senderID, sender)
      $0.set(Messaging.receiverID, receiver)
      $0.set(Messaging.clientID, identifier("client \(datetime)"))
      $0.set(Messaging.hash, identifier("hash \(datetime)"))
      $0.set(Messaging.body, filler("body \(datetime)", type == .message ? count : 0))
    }
  }

  /// The packet that `fill` describes; a type that the dialect lacks is no bytes.
  static func build(_ type: PacketType, _ dialect: Dialect = .v1, _ fill: (inout PacketBuilder) -> Void) -> [UInt8] {
    guard var builder = PacketBuilder(type, dialect) else { return [] }
    fill(&builder)
    return builder.build()
  }

  /// Bytes that look random and are the same in every run.
  static func filler(_ label: String, _ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    while out.count < count { out += Cipher.sha256(Array("\(label) \(out.count)".utf8)) }
    return Array(out.prefix(count))
  }

  static func identifier(_ label: String) -> Identifier {
    Identifier(hex: Hex.string(filler(label, 16))) ?? .zero
  }
}

/// An address as lookup responses carry it.
struct Place {
  var address: Address128
  var port: UInt16
}
