import S2WMPFlow
import S2WMPWire

/// What a bootstrap server says to one datagram.
public struct BootstrapAnswer: Hashable, Sendable {
  public var bytes: [UInt8]
  /// The asker's UDP port to send it to, from the listening socket, when it is not the one the request came from.
  public var port: UInt16?
}

/// Packets that a bootstrap server sends.
enum AnswerPackets {
  /// RREG: 11 bytes (S2WMP §3.2.4), legacy 19.
  static func registration(_ request: BootstrapRequest, _ status: UInt8, requestID: UInt64) -> [UInt8] {
    if request.dialect == .legacy {
      return packet(.registrationResponse, LegacyRegistrationResponse.length) {
        $0.put(LegacyRegistrationResponse.status, status)
        $0.put(LegacyRegistrationResponse.userID, request.userID)
      }
    }
    return packet(.registrationResponse, RegistrationResponse.length) {
      $0.put(RegistrationResponse.status, status)
      $0.put(RegistrationResponse.requestID, requestID)
    }
  }

  /// LPR and BSR: 70 bytes (S2WMP §3.2.5), legacy LPR 63.
  ///
  /// - lookupID: as asked in LPR, the server's own in BSR.
  /// - wall: milliseconds since 1970.
  static func lookup(_ request: BootstrapRequest, _ status: UInt8, lookupID: Identifier, address: Endpoint?, wall: UInt64) -> [UInt8] {
    if request.dialect == .legacy { return legacyLookup(request, status, address: address, wall: wall) }
    return packet(request.kind == .broadcast ? .broadcastServerResponse : .lookupResponse, LookupResponse.length) {
      $0.put(LookupResponse.timestamp, wall)
      $0.put(LookupResponse.requestID, request.requestID.low)
      $0.put(LookupResponse.status, status)
      $0.put(LookupResponse.userID, request.userID)
      $0.put(LookupResponse.lookupID, lookupID)
      guard let address else { return }
      $0.put(LookupResponse.address, address)
      $0.put(LookupResponse.port, address.port)
    }
  }

  /// The authors' server writes the IDs the other way round, and a random address when nothing was found; ours is zero then.
  private static func legacyLookup(_ request: BootstrapRequest, _ status: UInt8, address: Endpoint?, wall: UInt64) -> [UInt8] {
    packet(.lookupResponse, LegacyLookupResponse.length) {
      $0.put(LegacyLookupResponse.timestamp, wall)
      $0.put(LegacyLookupResponse.status, status)
      $0.put(LegacyLookupResponse.requestID, request.requestID)
      $0.put(LegacyLookupResponse.userID, request.target)
      $0.put(LegacyLookupResponse.lookupID, request.userID)
      if let address { $0.put(LegacyLookupResponse.address, address) }
    }
  }

  /// ACK(0, 3, 0, 0): what a stream that cannot be framed gets (S2WMP wire format, section 4).
  static func unframeable() -> [UInt8] {
    packet(.acknowledgement, Acknowledgement.length) { $0.put(Acknowledgement.error, 3) }
  }

  private static func packet(_ type: PacketType, _ length: Int, _ fill: (PacketFields) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: length) { out, count in
      out.initialize(repeating: 0)
      out[0] = protocolVersion
      out[1] = type.rawValue
      fill(PacketFields(bytes: UnsafeMutableRawBufferPointer(out)))
      count = length
    }
  }
}

/// Writes fields where their rows say, bounds checked.
private struct PacketFields {
  let bytes: UnsafeMutableRawBufferPointer

  func put<Value: FixedWidthInteger>(_ field: Field<Value>, _ value: Value) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: field.offset, as: Value.self)
  }

  func put(_ field: Field<Opaque64>, _ value: UInt64) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: field.offset, as: UInt64.self)
  }

  func put(_ field: Field<Identifier>, _ id: Identifier) {
    bytes.storeBytes(of: id.high.bigEndian, toByteOffset: field.offset, as: UInt64.self)
    bytes.storeBytes(of: id.low.bigEndian, toByteOffset: field.offset + 8, as: UInt64.self)
  }

  func put(_ field: Field<Address128>, _ address: Endpoint) {
    bytes.storeBytes(of: address.high.bigEndian, toByteOffset: field.offset, as: UInt64.self)
    bytes.storeBytes(of: address.low.bigEndian, toByteOffset: field.offset + 8, as: UInt64.self)
  }

  func put(_ field: Field<Address32>, _ address: Endpoint) {
    bytes.storeBytes(of: UInt32(truncatingIfNeeded: address.low).bigEndian, toByteOffset: field.offset, as: UInt32.self)
  }
}
