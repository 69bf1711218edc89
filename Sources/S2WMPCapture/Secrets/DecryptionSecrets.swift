/// What one Decryption Secrets Block of a pcapng file holds: secrets of some kind, as bytes that this module does not look into.
public struct DecryptionSecrets: Sendable, Hashable {
  /// The secrets type, four characters read as a number: TLS key logs are 0x544c534b.
  public var type: UInt32
  public var bytes: [UInt8]

  public init(type: UInt32, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }

  /// The secrets of one capture file may have this many bytes together; what goes beyond is passed over.
  public static let maximumBytes = 16 << 20

  /// The block type of the pcapng specification.
  static let blockType: UInt32 = 10
  /// Block type, block length, secrets type, secrets length; at the end the block length again.
  static let overhead = 20

  /// The secrets in a whole block, nil when their length contradicts the block's.
  init?(block: UnsafeRawBufferPointer, isBigEndian: Bool) {
    guard block.count >= Self.overhead else { return nil }
    func word(_ at: Int) -> UInt32 {
      let value = block.loadUnaligned(fromByteOffset: at, as: UInt32.self)
      return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
    }
    let count = Int(word(12))
    guard count <= block.count - Self.overhead else { return nil }
    self.init(type: word(8), bytes: Array(block[block.startIndex + 16..<block.startIndex + 16 + count]))
  }

  /// The whole block; nil when it would be longer than any reader takes.
  func block(bigEndian: Bool) -> [UInt8]? {
    guard bytes.count <= Self.maximumBytes else { return nil }
    let padding = (4 - bytes.count % 4) % 4
    let length = UInt32(Self.overhead + bytes.count + padding)
    var block: [UInt8] = []
    block.reserveCapacity(Int(length))
    for word in [Self.blockType, length, type, UInt32(bytes.count)] {
      if bigEndian { block.putBigEndian(word) } else { block.putLittleEndian(word) }
    }
    block += bytes + [UInt8](repeating: 0, count: padding)
    if bigEndian { block.putBigEndian(length) } else { block.putLittleEndian(length) }
    return block
  }
}

/// Where the secrets come from that a capture file carries along; they may grow while it is written.
public protocol SecretsSupply: AnyObject {
  /// All there are so far.
  func everything() -> [DecryptionSecrets]

  /// What came since the last call of this or of `everything`.
  func news() -> [DecryptionSecrets]
}
