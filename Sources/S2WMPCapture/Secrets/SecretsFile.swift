import Glibc

/// The secrets in a capture file that is finished: reading, adding and removing them. Nothing else in the file changes.
///
/// A section that states its length gets the length "not stated" when a block is added to it or taken from it; that is the one exception.
public struct SecretsFile {
  public let path: String
  /// All secrets of the file, in its order.
  public private(set) var secrets: [DecryptionSecrets] = []
  /// Blocks of secrets that contradict themselves or go beyond `DecryptionSecrets.maximumBytes`.
  public private(set) var unusable = 0
  /// What is stored is gzip.
  public let isCompressed: Bool
  /// Sections in which blocks of secrets stand, by number.
  private var sections: [Int: Set<UInt32>] = [:]

  static let sectionHeader: UInt32 = 0x0a0d_0d0a

  /// Looks through the file.
  ///
  /// - Throws: also when it is no pcapng, or damaged; `CaptureError.Reason.notACapture` for a classic pcap too.
  public init(path: String) throws(CaptureError) {
    self.path = path
    let reader = try BlockReader(path: path)
    isCompressed = reader.source.isCompressed
    try look(reader)
  }

  /// The secrets of a capture of which only its frames matter: up to damage, if there is any.
  public static func readable(in path: String) -> [DecryptionSecrets] {
    guard let reader = try? BlockReader(path: path) else { return [] }
    var file = SecretsFile(path: path, isCompressed: reader.source.isCompressed)
    // Damage is told when the frames are read.
    try? file.look(reader)
    return file.secrets
  }

  private init(path: String, isCompressed: Bool) {
    self.path = path
    self.isCompressed = isCompressed
  }

  /// Whether the file begins as a pcapng capture does.
  public static func isPcapng(_ path: String) throws(CaptureError) -> Bool {
    try ByteSource(path: path).magic == [0x0a, 0x0d, 0x0d, 0x0a]
  }

  private mutating func look(_ reader: BlockReader) throws(CaptureError) {
    var bytes = 0
    var section = -1
    while let head = try reader.next() {
      if head.type == Self.sectionHeader { section += 1 }
      guard head.type == DecryptionSecrets.blockType else { continue }
      guard let block = try reader.whole(limit: DecryptionSecrets.maximumBytes - bytes),
        let found = block.withUnsafeBytes({ DecryptionSecrets(block: $0, isBigEndian: head.isBigEndian) })
      else {
        unusable += 1
        continue
      }
      bytes += block.count
      secrets.append(found)
      sections[section, default: []].insert(found.type)
    }
  }

  // MARK: - Writing

  /// Writes the file with more secrets, right behind its first section header. `output` nil replaces it.
  ///
  /// The new file can be read by its owner alone.
  public func embed(_ added: DecryptionSecrets, to output: String?) throws {
    try rewrite(to: output, changes: [0], isPrivate: true, removing: nil, adding: added)
  }

  /// Writes the file without its secrets of one type, or without any. `output` nil replaces it.
  public func strip(type: UInt32?, to output: String?) throws {
    let changed = sections.filter { type.map($0.value.contains) ?? true }.keys
    let holdsOthers = type != nil && secrets.contains { $0.type != type }
    try rewrite(to: output, changes: Set(changed), isPrivate: holdsOthers, removing: { type == nil || $0 == type }, adding: nil)
  }

  private func rewrite(
    to output: String?, changes: Set<Int>, isPrivate: Bool, removing isRemoved: ((UInt32) -> Bool)?, adding added: DecryptionSecrets?
  ) throws {
    let reader = try BlockReader(path: path)
    let replacement = try ReplacementFile(for: output ?? path, modelledOn: path, isPrivate: isPrivate)
    var section = -1
    while let head = try reader.next() {
      if head.type == Self.sectionHeader {
        section += 1
        try copySection(reader, forgetsLength: changes.contains(section), head, replacement)
        if section == 0, let block = added?.block(bigEndian: head.isBigEndian) { try block.withUnsafeBytes { try replacement.write($0) } }
      } else if try head.type == DecryptionSecrets.blockType && isDropped(reader, head, isRemoved, replacement) {
        continue
      } else {
        while let piece = try reader.piece() { try replacement.write(piece) }
      }
    }
    try replacement.finish()
  }

  /// Takes a block of secrets that goes; one that stays and was read for that is written.
  private func isDropped(
    _ reader: BlockReader, _ head: BlockReader.Head, _ isRemoved: ((UInt32) -> Bool)?, _ replacement: ReplacementFile
  ) throws -> Bool {
    guard let isRemoved, let block = try reader.whole(limit: DecryptionSecrets.maximumBytes) else { return false }
    let type = block.withUnsafeBytes { DecryptionSecrets.type(ofBlock: $0, isBigEndian: head.isBigEndian) }
    if !isRemoved(type) { try block.withUnsafeBytes { try replacement.write($0) } }
    return true
  }

  private func copySection(_ reader: BlockReader, forgetsLength: Bool, _ head: BlockReader.Head, _ replacement: ReplacementFile) throws {
    guard forgetsLength, var block = try reader.whole(limit: DecryptionSecrets.maximumBytes), block.count >= 28 else {
      while let piece = try reader.piece() { try replacement.write(piece) }
      return
    }
    // The section's length stands behind its byte order and version; all ones: not stated.
    for index in 16..<24 { block[index] = 0xff }
    try block.withUnsafeBytes { try replacement.write($0) }
  }
}

extension DecryptionSecrets {
  /// The secrets type in a block of at least its fixed size, 0 in a shorter one.
  static func type(ofBlock block: UnsafeRawBufferPointer, isBigEndian: Bool) -> UInt32 {
    guard block.count >= 12 else { return 0 }
    let value = block.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }
}
