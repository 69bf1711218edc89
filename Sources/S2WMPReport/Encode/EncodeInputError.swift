import S2WMPWire

/// Why input cannot be encoded: where, and what would do instead.
public struct EncodeInputError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Error, Equatable, Sendable {
    /// What was due, and the byte found instead (nil: the end of the input).
    case notJSON(expected: String, found: UInt8?)
    case tooDeep(Int)
    case objectTooLarge(Int)
    case inputTooLarge(Int)
    case tooManyPackets(Int)
    case notUTF8
    /// Key, what it takes, what it has.
    case wrongValue(key: String, wanted: String, found: String)
    case unknownName(String)
    case missingType
    case missingFields
    /// Short name or number, dialect.
    case undefinedInDialect(String, Dialect)
    case contradiction(name: String, type: UInt64)
    case field(EncodeError)
    case broadcastLength(UInt64)
    case broadcastNameTooLong
    /// Bytes of the run, bytes shown.
    case malformedCut(UInt64, Int)
    case otherAddresses(stream: UInt64)
    /// Two streams open at once between the same two endpoints.
    case sharedAddresses(stream: UInt64, with: UInt64)
    case mixedFamilies
    case datagramTooLong(Int)
  }

  public var line: Int
  /// Number of the object, from 1; nil outside any.
  public var object: Int?
  public var problem: Problem

  public init(line: Int, object: Int?, _ problem: Problem) {
    self.line = line
    self.object = object
    self.problem = problem
  }

  public var description: String {
    let place = object.map { "line \(line), object \($0): " } ?? "line \(line): "
    return place + problem.sentence
  }
}

extension EncodeInputError.Problem {
  var sentence: String {
    switch self {
    case .notJSON(let expected, let found): "expected \(expected), but found \(Self.name(found))"
    case .tooDeep(let limit): "values are nested more than \(limit) deep, which no line of decode is"
    case .objectTooLarge(let limit): "the object is larger than \(limit) bytes, which no line of decode is"
    case .inputTooLarge(let limit): "the input is larger than \(limit >> 20) MiB; encode it in parts"
    case .tooManyPackets(let limit): "the input holds more than \(limit) objects; encode it in parts"
    case .notUTF8: "the text is not UTF-8; write other bytes of a name as \\\\xNN"
    case .wrongValue(let key, let wanted, let found): "key \"\(key)\" must be \(wanted), not \(found)"
    case .unknownName(let name): "key \"name\" is \(name), but must be one of \(Self.names), or malformed"
    case .missingType: "neither \"name\" nor \"type\" says which packet it is; give one, such as \"name\": \"M\""
    case .missingFields: "key \"fields\" is missing; give the packet's fields as an object, or its bytes as \"hex\""
    case .undefinedInDialect(let type, let dialect):
      "\(type) is not defined in the dialect \(dialect.name); give \"dialect\": \"\(dialect == .v1 ? "legacy" : "v1")\", or another type"
    case .contradiction(let name, let type): "key \"name\" is \(name), but key \"type\" is \(type); leave one of them out"
    case .field(let error): error.description
    default: lengthSentence
    }
  }

  private var lengthSentence: String {
    switch self {
    case .broadcastLength(let length): "key \"length\" is \(length), but a User Broadcast has 43 bytes, or 59 and any even number more"
    case .broadcastNameTooLong: "a User Broadcast of 43 bytes holds a name of eight characters; shorten the name or leave out \"length\""
    case .malformedCut(let length, let shown): "only \(shown) of the \(length) bytes that frame no packet are in \"fields.data\"; the rest is not known"
    case .otherAddresses(let stream): "\"src\" and \"dst\" are not those of stream \(stream) in the objects before; give it another \"stream\""
    case .sharedAddresses(let stream, let other):
      "stream \(stream) has the addresses and ports of stream \(other), which is still open here; give it another port, or end the other stream first"
    case .mixedFamilies: "one of \"src\" and \"dst\" is IPv4 and the other IPv6; give both of one family"
    case .datagramTooLong(let length): "\(length) bytes do not fit a UDP datagram; give \"transport\": \"tcp\""
    default: ""
    }
  }

  private static let names = (1...15).compactMap { PacketType(rawValue: $0).shortName }.joined(separator: ", ")

  private static func name(_ byte: UInt8?) -> String {
    guard let byte else { return "the end of the input" }
    return byte > 0x20 && byte < 0x7f ? "\"\(Character(UnicodeScalar(byte)))\"" : "byte 0x\(Hex.string([byte]))"
  }
}
