import S2WMPFlow
import S2WMPWire

/// One packet made from an object of `decode --format ndjson`, and where a capture is to show it.
public struct EncodedPacket: Sendable {
  public var bytes: [UInt8]
  public var dialect: Dialect
  /// Nil for bytes that frame no packet.
  public var type: PacketType?
  /// Number of the object, from 1, and the line it starts on.
  public var object: Int
  public var line: Int
  /// The object's `length`, which is only a remark unless the packet is a legacy User Broadcast.
  public var declaredLength: UInt64?
  /// What the object says about its place; nil: the planner chooses.
  public var transport: Transport?
  public var stream: UInt64?
  public var source: Endpoint?
  public var destination: Endpoint?
  /// `CaptureTime.none` when the object says `null`.
  public var time: CaptureTime?

  public init(bytes: [UInt8], dialect: Dialect, type: PacketType?, object: Int, line: Int) {
    self.bytes = bytes
    self.dialect = dialect
    self.type = type
    self.object = object
    self.line = line
  }

  /// Nil when the object's `length` is that of its bytes, or absent.
  public var remark: String? {
    guard let declaredLength, declaredLength != UInt64(bytes.count) else { return nil }
    return "line \(line), object \(object): \"length\" says \(declaredLength), but its fields make \(bytes.count) bytes, which is what was written"
  }
}
