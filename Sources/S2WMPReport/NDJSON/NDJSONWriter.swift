import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// `--format ndjson`: one JSON object a line, keys in a fixed order.
public final class NDJSONWriter {
  private static let fixedRoom = 2048
  /// Bytes of the longest second: a year may have twelve digits.
  private static let secondRoom = 64
  private let out: LineBuffer
  private let plans: UnsafeMutablePointer<FieldPlan>
  private let names: UnsafeMutablePointer<StaticString>
  /// The last whole second written, as text, and that second.
  private var second: Int64 = .min
  private let secondText: UnsafeMutablePointer<UInt8>
  private var secondCount = 0
  private var scratch: [UInt8] = []

  public init(_ out: LineBuffer) {
    self.out = out
    let all = FieldPlan.all
    secondText = .allocate(capacity: Self.secondRoom)
    plans = .allocate(capacity: all.count)
    plans.initialize(from: all, count: all.count)
    names = .allocate(capacity: Self.typeNames.count)
    names.initialize(from: Self.typeNames, count: Self.typeNames.count)
  }

  deinit {
    secondText.deallocate()
    plans.deallocate()
    names.deallocate()
  }

  private static let typeNames: [StaticString] = [
    "", "M", "REG", "SC", "LP", "LPR", "ACK", "UB", "CR", "RREG", "CRR", "IC", "BSM", "BSR", "BPM", "BPR",
  ]

  /// Writes one line.
  public func write(_ packet: borrowing Dissection) {
    object(packet)
    let end = out.room(1)
    end.pointee = 0x0a
    out.advance(to: end + 1)
  }

  /// Writes the object without a line end.
  public func object(_ packet: borrowing Dissection) {
    // Every byte of the packet is at most two digits, or six for an escaped character of a name; every frame number at most 20 digits and a comma.
    let room = Self.fixedRoom + packet.bytes.count * 6 + packet.frames.count * 21
    var cursor = LineCursor(out.room(room))
    head(packet, &cursor)
    fields(packet, &cursor)
    out.advance(to: cursor.at)
    tail(packet)
  }

  private func head(_ packet: borrowing Dissection, _ cursor: inout LineCursor) {
    cursor.put("{\"frame\":")
    cursor.decimal(packet.frame)
    cursor.put(",\"frames\":[")
    for index in 0..<packet.frames.count {
      if index > 0 { cursor.put(0x2c) }
      cursor.decimal(packet.frames[index])
    }
    cursor.put("],\"time\":")
    time(packet.time, &cursor)
    if packet.transport == .tcp { cursor.put(",\"transport\":\"tcp\",\"stream\":") } else { cursor.put(",\"transport\":\"udp\",\"stream\":") }
    cursor.decimal(UInt64(packet.stream))
    cursor.put(",\"src\":\"")
    cursor.put(packet.source)
    cursor.put("\",\"dst\":\"")
    cursor.put(packet.destination)
    if packet.dialect == .v1 { cursor.put("\",\"dialect\":\"v1\",\"type\":") } else { cursor.put("\",\"dialect\":\"legacy\",\"type\":") }
    if packet.layout != nil {
      let type = packet.bytes[1]
      cursor.decimal(UInt64(type))
      cursor.put(",\"name\":\"")
      cursor.put(names[Int(type & 15)])
    } else {
      cursor.put("null,\"name\":\"malformed")
    }
    cursor.put("\",\"length\":")
    cursor.decimal(packet.length)
    cursor.put(",\"fields\":{")
  }

  private func time(_ time: CaptureTime, _ cursor: inout LineCursor) {
    if time.isNone { return cursor.put("null") }
    var (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      seconds -= 1
      rest += 1_000_000_000
    }
    if seconds != second {
      second = seconds
      var text: [UInt8] = [0x22]
      Notation.appendSecond(seconds, to: &text)
      text.append(0x2e)
      secondCount = min(text.count, Self.secondRoom)
      secondText.update(from: text, count: secondCount)
    }
    cursor.put(secondText, secondCount)
    cursor.nine(UInt32(truncatingIfNeeded: rest))
    cursor.put("Z\"")
  }

  private func fields(_ packet: borrowing Dissection, _ cursor: inout LineCursor) {
    guard let layout = packet.layout, let base = packet.bytes.baseAddress else {
      cursor.put("\"data\":\"")
      if let base = packet.bytes.baseAddress { cursor.hex(base, packet.bytes.count) }
      return cursor.put("\"}")
    }
    let plan = plans[Int(layout.rawValue)]
    for index in 0..<plan.count { field(plan.steps + index, base, packet.bytes.count, &cursor) }
    cursor.put(0x7d)
  }

  // SAFETY: the packet was framed with this layout, so every offset that its lengths lead to is inside it.
  @inline(__always)
  private func field(_ step: UnsafeMutablePointer<FieldPlan.Step>, _ base: UnsafeRawPointer, _ total: Int, _ cursor: inout LineCursor) {
    let shift = step.pointee.shift < 0 ? 0 : Int(UInt32.load(base, step.pointee.shift))
    let offset = step.pointee.offset &+ shift
    cursor.put(step.pointee.label, step.pointee.labelCount)
    switch step.pointee.kind {
    case .byte: cursor.decimal(UInt64(UInt8.load(base, offset)))
    case .two: cursor.decimal(UInt64(UInt16.load(base, offset)))
    case .three: cursor.decimal(UInt64(UInt24.load(base, offset).value))
    case .four: cursor.decimal(UInt64(UInt32.load(base, offset)))
    case .eight: cursor.decimal(UInt64.load(base, offset))
    case .lastByte: cursor.decimal(UInt64(UInt8.load(base, total &- 1)))
    case .hex: quotedHex(base + offset, step.pointee.size, &cursor)
    case .countedHex: quotedHex(base + offset, counted(step, base, shift), &cursor)
    case .address: address(UnsafeRawBufferPointer(start: base + offset, count: step.pointee.size), &cursor)
    case .name: name(UnsafeRawBufferPointer(start: base + offset, count: counted(step, base, shift)), wide: false, &cursor)
    case .name16: name(UnsafeRawBufferPointer(start: base + offset, count: total &- 1 &- offset), wide: true, &cursor)
    }
  }

  private func counted(_ step: UnsafeMutablePointer<FieldPlan.Step>, _ base: UnsafeRawPointer, _ shift: Int) -> Int {
    let at = step.pointee.countAt &+ shift
    return step.pointee.countWidth == 2 ? Int(UInt16.load(base, at)) : Int(UInt32.load(base, at))
  }

  @inline(__always) private func quotedHex(_ bytes: UnsafeRawPointer, _ count: Int, _ cursor: inout LineCursor) {
    cursor.put(0x22)
    cursor.hex(bytes, count)
    cursor.put(0x22)
  }

  private func address(_ bytes: UnsafeRawBufferPointer, _ cursor: inout LineCursor) {
    scratch.removeAll(keepingCapacity: true)
    Notation.appendAddress(bytes, to: &scratch)
    cursor.put(0x22)
    cursor.put(scratch)
    cursor.put(0x22)
  }

  private func name(_ bytes: UnsafeRawBufferPointer, wide: Bool, _ cursor: inout LineCursor) {
    scratch.removeAll(keepingCapacity: true)
    if wide { Notation.appendUTF16Name(bytes, to: &scratch) } else { Notation.appendName(bytes, to: &scratch) }
    cursor.put(0x22)
    for byte in scratch {
      if byte == 0x22 || byte == 0x5c { cursor.put(0x5c) }
      cursor.put(byte)
    }
    cursor.put(0x22)
  }

  /// What comes behind the fields: findings and the answer.
  private func tail(_ packet: borrowing Dissection) {
    if let opened = packet.opened { return tail(packet, opened) }
    if packet.findings.isEmpty {
      var cursor = LineCursor(out.room(128))
      cursor.put(",\"expert\":[]")
      answer(packet, &cursor)
      cursor.put(0x7d)
      return out.advance(to: cursor.at)
    }
    scratch.removeAll(keepingCapacity: true)
    Self.append(packet.experts(), to: &scratch)
    var cursor = LineCursor(out.room(scratch.count + 128))
    cursor.put(scratch)
    answer(packet, &cursor)
    cursor.put(0x7d)
    out.advance(to: cursor.at)
  }

  /// The same with what keys told behind it.
  private func tail(_ packet: borrowing Dissection, _ opened: OpenedPacket) {
    scratch.removeAll(keepingCapacity: true)
    Self.append(packet.experts(), to: &scratch)
    let split = scratch.count
    Self.append(opened, to: &scratch)
    var cursor = LineCursor(out.room(scratch.count + 128))
    cursor.put(Array(scratch[..<split]))
    answer(packet, &cursor)
    cursor.put(Array(scratch[split...]))
    cursor.put(0x7d)
    out.advance(to: cursor.at)
  }

  private static func append(_ opened: OpenedPacket, to out: inout [UInt8]) {
    if let text = opened.text {
      out += Array(",\"plaintext\":\"".utf8)
      PlaintextText.append(text, escapingQuotes: true, to: &out)
      out.append(0x22)
    }
    if let isRight = opened.isHashRight { out += Array(",\"hash_ok\":\(isRight)".utf8) }
    if let client = opened.client { out += Array(",\"client\":\"\(client.hex)\"".utf8) }
  }

  private func answer(_ packet: borrowing Dissection, _ cursor: inout LineCursor) {
    guard packet.replyTo != 0 else { return }
    cursor.put(",\"reply_to\":")
    cursor.decimal(packet.replyTo)
    guard let latency = packet.latency else { return }
    cursor.put(",\"latency\":")
    if latency < 0 { cursor.put(0x2d) }
    let (seconds, nanoseconds) = latency.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    cursor.decimal(seconds)
    guard nanoseconds != 0 else { return }
    cursor.put(0x2e)
    cursor.nine(UInt32(truncatingIfNeeded: nanoseconds))
    while (cursor.at - 1).pointee == 0x30 { cursor.at -= 1 }
  }

  private static func append(_ experts: [Expert], to out: inout [UInt8]) {
    out += Array(",\"expert\":[".utf8)
    for (index, expert) in experts.enumerated() {
      if index > 0 { out.append(0x2c) }
      out += Array("{\"severity\":\"\(expert.severity.name)\",\"code\":\"\(expert.code.name)\"".utf8)
      if let field = expert.field { out += Array(",\"field\":\"\(field)\"".utf8) }
      out += Array(",\"message\":\"".utf8)
      JSONText.append(expert.message, to: &out)
      out += Array("\"}".utf8)
    }
    out.append(0x5d)
  }
}

/// Text inside a JSON string.
public enum JSONText {
  /// Appends with quotes, backslashes and controls escaped.
  public static func append(_ text: String, to out: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: out += [0x5c, byte]
      case 0..<0x20, 0x7f: out += Array("\\u00".utf8) + [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
      default: out.append(byte)
      }
    }
  }
}
