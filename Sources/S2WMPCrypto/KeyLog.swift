import S2WMPWire

/// Secrets that a peer wrote down for analysis (S2WMP wire format, section 5.6).
public struct KeyLog: Sendable {
  private struct Pair: Hashable {
    var low: Identifier
    var high: Identifier

    init(_ a: Identifier, _ b: Identifier) {
      low = min(a, b)
      high = max(a, b)
    }
  }

  private struct Message: Hashable {
    var sender: Identifier
    var receiver: Identifier
    var datetime: UInt64
  }

  private var secrets: [Pair: SecretBytes] = [:]
  /// Several when a message was sent again: each try has a key of its own.
  private var contentKeys: [Message: [SecretBytes]] = [:]

  /// No secret is longer: the largest prime has 4096 bits.
  static let longestSecret = 512

  public init() {}

  /// Reads a whole log; a later line wins over an earlier one for the same pair.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(KeyLogError) {
    var (start, number) = (0, 1)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      try take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), number)
      start = end + 1
      number += 1
    }
  }

  /// How many lines said something new.
  public var count: Int { secrets.count + contentKeys.values.reduce(0) { $0 + $1.count } }

  /// `Z` of two users, in either order.
  public func secret(_ a: Identifier, _ b: Identifier) -> SecretBytes? { secrets[Pair(a, b)] }

  /// The content key of one M of suite `rsa`: that of its last try.
  public func contentKey(sender: Identifier, receiver: Identifier, datetime: UInt64) -> SecretBytes? {
    contentKeys(sender: sender, receiver: receiver, datetime: datetime).last
  }

  /// The content keys of all tries of one M of suite `rsa`, in the order of the log.
  public func contentKeys(sender: Identifier, receiver: Identifier, datetime: UInt64) -> [SecretBytes] {
    contentKeys[Message(sender: sender, receiver: receiver, datetime: datetime)] ?? []
  }

  /// The pairs whose `Z` is known.
  public var pairs: [(Identifier, Identifier)] { secrets.keys.map { ($0.low, $0.high) } }

  /// Adds what another log says; on the same pair that one wins.
  public mutating func merge(_ other: KeyLog) {
    secrets.merge(other.secrets) { $1 }
    for (message, keys) in other.contentKeys {
      for key in keys { add(key, for: message) }
    }
  }

  private mutating func add(_ key: SecretBytes, for message: Message) {
    contentKeys[message, default: []].removeAll { $0 == key }
    contentKeys[message, default: []].append(key)
  }

  private mutating func take(_ line: UnsafeRawBufferPointer, _ number: Int) throws(KeyLogError) {
    let content = line.prefix { $0 != UInt8(ascii: "#") }
    let words = content.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }.map { UnsafeRawBufferPointer(rebasing: $0) }
    guard let first = words.first else { return }
    if first.elementsEqual("Z".utf8) {
      guard words.count == 4 else { throw KeyLogError(line: number, problem: .words) }
      let pair = Pair(try Self.identifier(words[1], number), try Self.identifier(words[2], number))
      secrets[pair] = try Self.secret(words[3], 1...Self.longestSecret, number)
    } else if first.elementsEqual("CEK".utf8) {
      guard words.count == 5 else { throw KeyLogError(line: number, problem: .words) }
      let (sender, receiver) = (try Self.identifier(words[1], number), try Self.identifier(words[2], number))
      let message = Message(sender: sender, receiver: receiver, datetime: try Self.datetime(words[3], number))
      add(try Self.secret(words[4], BodySize.contentKey...BodySize.contentKey, number), for: message)
    } else {
      throw KeyLogError(line: number, problem: .label)
    }
  }

  private static func identifier(_ word: UnsafeRawBufferPointer, _ line: Int) throws(KeyLogError) -> Identifier {
    guard word.count == 32, let id = Identifier(hex: String(decoding: word, as: UTF8.self)) else {
      throw KeyLogError(line: line, problem: .identifier)
    }
    return id
  }

  private static func datetime(_ word: UnsafeRawBufferPointer, _ line: Int) throws(KeyLogError) -> UInt64 {
    // Digits alone: Swift's own parser would also take a sign.
    guard word.count <= 20, word.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(String(decoding: word, as: UTF8.self)) else {
      throw KeyLogError(line: line, problem: .datetime)
    }
    return value
  }

  /// Hex straight into the place where it will be wiped.
  private static func secret(_ word: UnsafeRawBufferPointer, _ sizes: ClosedRange<Int>, _ line: Int) throws(KeyLogError) -> SecretBytes {
    guard word.count % 2 == 0, sizes.contains(word.count / 2) else { throw KeyLogError(line: line, problem: .secret) }
    var isHex = true
    let secret = SecretBytes(count: word.count / 2) { out in
      for index in out.indices {
        guard let high = Hex.value(word[2 * index]), let low = Hex.value(word[2 * index + 1]) else {
          isHex = false
          return
        }
        out[index] = high << 4 | low
      }
    }
    guard isHex else { throw KeyLogError(line: line, problem: .secret) }
    return secret
  }
}

/// Lines to append, without their line feed.
extension KeyLog {
  public static func line(secret: SecretBytes, _ a: Identifier, _ b: Identifier) -> String {
    "Z \(min(a, b).hex) \(max(a, b).hex) \(secret.withBytes { Hex.string($0) })"
  }

  public static func line(contentKey: SecretBytes, sender: Identifier, receiver: Identifier, datetime: UInt64) -> String {
    "CEK \(sender.hex) \(receiver.hex) \(datetime) \(contentKey.withBytes { Hex.string($0) })"
  }
}

/// A line of a key log that cannot be read.
public struct KeyLogError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: Hashable, Sendable {
    case label, words, identifier, datetime, secret
  }

  /// From 1.
  public var line: Int
  public var problem: Problem

  public var description: String {
    switch problem {
    case .label: "line \(line) of the key log begins with neither Z, CEK nor #"
    case .words: "line \(line) of the key log has too few or too many words: Z takes two IDs and a secret, CEK two IDs, a datetime and a key"
    case .identifier: "line \(line) of the key log: an ID is 32 hex digits"
    case .datetime: "line \(line) of the key log: the datetime is a decimal number of milliseconds"
    case .secret: "line \(line) of the key log: the secret is hex, 64 digits in CEK, at most \(KeyLog.longestSecret * 2) in Z"
    }
  }
}
