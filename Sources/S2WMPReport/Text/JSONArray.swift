/// The `json` format: one array of the objects that `ndjson` writes a line each. Only the text around them.
public struct JSONArray: Sendable {
  private var isEmpty = true

  public init() {}

  public mutating func begin(to out: inout [UInt8]) {
    isEmpty = true
    out.append(0x5b)
  }

  /// Before every object, the first as well.
  public mutating func separate(to out: inout [UInt8]) {
    if !isEmpty { out.append(0x2c) }
    isEmpty = false
    out.append(0x0a)
  }

  public mutating func end(to out: inout [UInt8]) {
    if !isEmpty { out.append(0x0a) }
    out += [0x5d, 0x0a]
  }
}
