import S2WMPCrypto
import S2WMPWire

/// Reading and writing fields of packets under construction, by their rows.
extension PacketForge {
  func append(_ value: UInt64, _ size: Int, to buffer: inout [UInt8]) {
    withUnsafeBytes(of: (value << UInt64(64 - size * 8)).bigEndian) { buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<size])) }
  }

  func append(_ id: Identifier, to buffer: inout [UInt8]) {
    withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { buffer.append(contentsOf: $0) }
  }

  func put(_ value: UInt64, _ size: Int, _ at: Int, _ buffer: inout [UInt8]) {
    if size == 8, at >= 0, at + 8 <= buffer.count {
      return buffer.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: at, as: UInt64.self) }
    }
    for index in 0..<size where at + index < buffer.count {
      buffer[at + index] = UInt8(truncatingIfNeeded: value >> UInt64((size - 1 - index) * 8))
    }
  }

  func put(_ id: Identifier, _ at: Int, _ buffer: inout [UInt8]) {
    put(id.high, 8, at, &buffer)
    put(id.low, 8, at + 8, &buffer)
  }

  func number(_ buffer: [UInt8], _ at: Int) -> UInt64 {
    at + 8 <= buffer.count ? buffer.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self)) } : 0
  }

  func identifier(_ buffer: [UInt8], _ at: Int) -> Identifier { Identifier(high: number(buffer, at), low: number(buffer, at + 8)) }

  func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { out, written in
      var at = 0
      while at < count {
        var value = session.random.next()
        for _ in 0..<min(8, count - at) {
          out[at] = UInt8(truncatingIfNeeded: value)
          value >>= 8
          at += 1
        }
      }
      written = count
    }
  }

  func time(_ plan: PacketPlan) -> Time {
    for case .time(let time) in plan.changes { return time }
    return .next
  }

  func moment(_ plan: PacketPlan, _ actor: Actor) -> UInt64 {
    switch time(plan) {
    case .next, .again: actor.nextTime()
    case .late: actor.lateTime()
    case .exact(let value): value
    }
  }

  /// Where a field lies in the packet that begins at `start`, by its row.
  func place(of field: String, _ plan: PacketPlan, _ start: Int, _ buffer: [UInt8]) throws(CaseFault) -> Range<Int> {
    guard let layout = LayoutID(plan.type, .v1), let row = layout.row(named: field) else {
      throw CaseFault("\(plan.type.shortName ?? "the packet") has no field \"\(field)\"")
    }
    let packet = buffer.count - start
    var offset = row.offset
    if row.shiftedBy != nil { offset += keySize(plan.type, start, buffer) }
    let end: Int
    switch row.extent {
    case .fixed(let size): end = offset + size
    case .counted: end = field == "public_key" ? offset + keySize(plan.type, start, buffer) : packet
    case .rest: end = packet
    }
    guard offset <= packet, end <= packet else { throw CaseFault("field \"\(field)\" is not there") }
    return (start + offset)..<(start + end)
  }

  /// Bytes of the public key as built: what lies between the fixed fields and the name.
  private func keySize(_ type: PacketType, _ start: Int, _ buffer: [UInt8]) -> Int {
    let at: Int
    switch type {
    case .chatRequest: at = ChatRequest.keyLength.offset
    case .chatRequestResponse: at = ChatRequestResponse.keyLength.offset
    default: at = IDChange.keyLength.offset
    }
    return start + at + 4 <= buffer.count ? min(Int(number(buffer, start + at) >> 32), max(0, buffer.count - start - at - 4)) : 0
  }

  func store(_ value: Value, in field: String, of plan: PacketPlan, own: Identifier, at start: Int, _ buffer: inout [UInt8]) throws {
    if field == "public_key" || field == "name" || field == "body" { return }
    let place = try place(of: field, plan, start, buffer)
    switch value {
    case .number(let number): put(number, place.count, place.lowerBound, &buffer)
    case .party(let party) where place.count == 16: put(session.id(party, own: own), place.lowerBound, &buffer)
    case .bytes(let bytes) where bytes.count == place.count: buffer.replaceSubrange(place, with: bytes)
    case .party: throw CaseFault("field \"\(field)\" is no ID")
    case .bytes(let bytes): throw CaseFault("field \"\(field)\" has \(place.count) bytes, not \(bytes.count)")
    }
  }

  func flip(_ bit: Int, _ field: String, _ plan: PacketPlan, _ start: Int, _ buffer: inout [UInt8]) throws {
    let place = try place(of: field, plan, start, buffer)
    guard !place.isEmpty else { throw CaseFault("field \"\(field)\" is empty: it has no bit to flip") }
    let bits = place.count * 8
    let number = ((bit % bits) + bits) % bits
    buffer[place.lowerBound + number / 8] ^= 0x80 >> UInt8(number % 8)
  }
}

/// A plain packet of a type that carries no keys, and where in it the session writes.
struct PacketTemplate {
  var bytes: [UInt8]
  var requestID: Int?
  var time: Int?
  var userID: Int?
  var broadcast: Int?

  init?(_ type: PacketType) {
    guard let builder = PacketBuilder(type, .v1), let layout = LayoutID(type, .v1) else { return nil }
    bytes = builder.build()
    for row in layout.rows {
      switch row.name {
      case "request_id": requestID = row.offset
      case "timestamp", "datetime": time = row.offset
      case "user_id", "requestor_id": userID = row.offset
      case "broadcast": broadcast = row.offset
      default: break
      }
    }
    if type == .chatRequestResponse { bytes[ChatRequestResponse.status.offset] = 1 }
    if type == .acknowledgement { bytes[Acknowledgement.ack.offset] = 1 }
  }
}
