import S2WMPAnalysis
import S2WMPWire

/// What a hex string in a filter matches: all bytes, or only how they begin and end.
struct BytesPattern: Sendable {
  var head: [UInt8] = []
  var tail: [UInt8] = []
  /// Anything may stand between head and tail.
  var isOpen = false

  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isOpen ? bytes.count >= head.count + tail.count : bytes.count == head.count else { return false }
    return Self.equals(bytes, 0, head) && Self.equals(bytes, bytes.count - tail.count, tail)
  }

  /// Eight bytes at a time. The caller has checked that there are enough.
  @inline(__always) private static func equals(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ wanted: [UInt8]) -> Bool {
    wanted.withUnsafeBytes { wanted in
      var at = 0
      while at + 8 <= wanted.count {
        let left = bytes.loadUnaligned(fromByteOffset: start + at, as: UInt64.self)
        if left != wanted.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
        at += 8
      }
      while at < wanted.count {
        if bytes[start + at] != wanted[at] { return false }
        at += 1
      }
      return true
    }
  }

  /// `7f3a22`, `7f:3a:22`, `0x7f3a22`, `7f3a…`, `7f3a...c1d0`; nil for anything else.
  init?(_ text: [UInt8]) {
    var parts: [[UInt8]] = [[]]
    var at = text.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")]) ? 2 : 0
    while at < text.count {
      if text[at...].starts(with: [0xe2, 0x80, 0xa6]) || text[at...].starts(with: [0x2e, 0x2e, 0x2e]) {
        parts.append([])
        at += 3
      } else {
        parts[parts.count - 1].append(text[at])
        at += 1
      }
    }
    guard parts.count <= 2, let head = Self.hex(parts[0]), let tail = parts.count == 2 ? Self.hex(parts[1]) : [] else { return nil }
    if head.isEmpty && tail.isEmpty { return nil }
    self.head = head
    self.tail = tail
    isOpen = parts.count == 2
  }

  /// Hex digits, with colons between all bytes or between none.
  private static func hex(_ text: [UInt8]) -> [UInt8]? {
    guard text.contains(UInt8(ascii: ":")) else { return Hex.bytes(String(decoding: text, as: UTF8.self)) }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.allSatisfy({ $0.count == 2 }) else { return nil }
    return Hex.bytes(String(decoding: parts.joined(), as: UTF8.self))
  }
}

/// Comparisons of IDs and other bytes.
extension FilterComparison {
  func bytesTest(_ walk: @escaping FilterWalk<UnsafeRawBufferPointer>) throws(FilterError) -> FilterTest {
    if operation.isOrdering { throw refuse("== != contains matches or in") }
    try refuseRanges()
    if operation == .matches {
      let pattern = try pattern()
      return Self.quantified(walk, operation.quantifier) { _, bytes in
        var digits: [UInt8] = []
        Notation.appendHex(bytes, to: &digits)
        return pattern.isFound(in: digits)
      }
    }
    var patterns: [BytesPattern] = []
    for operand in operands { patterns.append(try bytes(operand.low)) }
    if operation == .contains, let wanted = patterns.first {
      if wanted.isOpen { throw source.error(operands[0].low, "\"contains\" takes hex without \"…\"; use == for how bytes begin and end") }
      let search = ByteSearch(wanted.head)
      return Self.quantified(walk, operation.quantifier) { _, bytes in search.isFound(in: bytes) }
    }
    if let only = patterns.first, patterns.count == 1 {
      return Self.quantified(walk, operation.quantifier) { _, bytes in only.matches(bytes) }
    }
    return Self.quantified(walk, operation.quantifier) { [patterns] _, bytes in patterns.contains { $0.matches(bytes) } }
  }

  /// In fields of fixed size fewer bytes than the field has mean how it begins.
  private func bytes(_ token: FilterToken) throws(FilterError) -> BytesPattern {
    let token = try plain(token)
    guard var pattern = BytesPattern(token.bytes) else {
      throw source.error(token, "\(fieldToken.text) is compared with hex digits, two a byte: 7f3a22be, 7f:3a:22:be, or 7f3a… for how it begins")
    }
    guard case .bytes(let fixed?) = field.kind else { return pattern }
    let count = pattern.head.count + pattern.tail.count
    if count > fixed { throw source.error(token, "\(fieldToken.text) has \(fixed) bytes, and this has \(count)") }
    if count < fixed && operation != .contains && !sizes.contains(count) { pattern.isOpen = true }
    return pattern
  }

  /// Sizes of the field in its layouts.
  private var sizes: Set<Int> {
    guard case .rows(let slots) = field.values else { return [] }
    return Set(slots.rows.compactMap { if case .fixed(let size) = $0.row.extent { size } else { nil } })
  }
}
