import S2WMPWire

/// The inverse of `decode --format ndjson`: objects in, packets out.
public enum EncodeInput {
  /// Bytes of input that are read at most; everything is held in memory until the whole input has proved right.
  public static let maximumSize = 256 << 20
  /// Packets that are made at most; objects can be much smaller than what is kept of each.
  public static let maximumPackets = 1 << 20

  /// The packets of one object, an array of objects, objects one after the other, or one a line.
  ///
  /// A pure function: strangers' bytes give packets or an error, whatever they are.
  public static func packets(from bytes: [UInt8], limit: Int = maximumPackets) throws(EncodeInputError) -> [EncodedPacket] {
    if bytes.count > maximumSize { throw EncodeInputError(line: 1, object: nil, .inputTooLarge(maximumSize)) }
    var lines = LineCounter(bytes)
    var reader = JSONReader(bytes)
    var packets: [EncodedPacket] = []
    let isArray = reader.skip(UInt8(ascii: "["))
    while let next = reader.peek(), !(isArray && next == UInt8(ascii: "]")) {
      let line = lines.line(at: reader.index)
      if packets.count == limit { throw EncodeInputError(line: line, object: nil, .tooManyPackets(limit)) }
      packets.append(try packet(&reader, &lines, number: packets.count + 1, line: line))
      if isArray, !reader.skip(UInt8(ascii: ",")) { break }
    }
    try finish(&reader, isArray, &lines)
    return packets
  }

  private static func packet(
    _ reader: inout JSONReader, _ lines: inout LineCounter, number: Int, line: Int
  ) throws(EncodeInputError) -> EncodedPacket {
    let object: JSONObject
    do {
      object = try reader.topObject()
    } catch {
      throw Self.error(error, &lines, object: number)
    }
    do {
      return try EncodeObject(object, number: number, line: line).packet()
    } catch {
      throw EncodeInputError(line: line, object: number, error)
    }
  }

  private static func finish(_ reader: inout JSONReader, _ isArray: Bool, _ lines: inout LineCounter) throws(EncodeInputError) {
    if isArray, !reader.skip(UInt8(ascii: "]")) { throw error(reader.fault("a comma or ] after an object"), &lines, object: nil) }
    if reader.peek() != nil { throw error(reader.fault("nothing more after the array"), &lines, object: nil) }
  }

  private static func error(_ fault: JSONFault, _ lines: inout LineCounter, object: Int?) -> EncodeInputError {
    let problem: EncodeInputError.Problem =
      switch fault.problem {
      case .expected(let expected, let found): .notJSON(expected: expected, found: found)
      case .tooDeep: .tooDeep(JSONReader.maximumDepth)
      case .tooLarge: .objectTooLarge(JSONReader.maximumSize)
      case .notUTF8: .notUTF8
      }
    return EncodeInputError(line: lines.line(at: fault.offset), object: object, problem)
  }
}

/// Line numbers of offsets that never go back.
private struct LineCounter {
  private let bytes: [UInt8]
  private var counted = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func line(at offset: Int) -> Int {
    while counted < min(offset, bytes.count) {
      if bytes[counted] == 0x0a { line += 1 }
      counted += 1
    }
    return line
  }
}
