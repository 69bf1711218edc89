import S2WMPAnalysis

/// Comparisons of names and messages, byte by byte: letter case counts, but for `matches`.
extension FilterComparison {
  func textTest(_ walk: @escaping FilterWalk<UnsafeRawBufferPointer>) throws(FilterError) -> FilterTest {
    if operation.isOrdering { throw refuse("== != contains matches or in") }
    try refuseRanges()
    if operation == .matches {
      let pattern = try pattern()
      return Self.quantified(walk, operation.quantifier) { _, bytes in pattern.isFound(in: Array(bytes)) }
    }
    var wanted: [[UInt8]] = []
    for operand in operands { wanted.append(try plain(operand.low).bytes) }
    if operation == .contains, let first = wanted.first {
      let search = ByteSearch(first)
      return Self.quantified(walk, operation.quantifier) { _, bytes in search.isFound(in: bytes) }
    }
    let set = Set(wanted)
    return Self.quantified(walk, operation.quantifier) { _, bytes in set.contains(Array(bytes)) }
  }

  /// The operand of `matches`.
  func pattern() throws(FilterError) -> TextPattern {
    let token = operands[0].low
    do {
      return try TextPattern(token.bytes)
    } catch {
      throw source.error(token, error.sentence)
    }
  }
}

/// Comparisons of facts that have few values, each with a name: decided for every value now, so that a packet only tests bits.
extension FilterComparison {
  func choiceTest(_ choice: FilterChoice) throws(FilterError) -> FilterTest {
    let mask = try mask(choice)
    let bits = choice.bits
    switch (operation.quantifier.all, operation.quantifier.negated) {
    case (false, false): return { bits($0) & mask != 0 }
    case (false, true): return { bits($0) & ~mask != 0 }
    case (true, false):
      return { packet in
        let found = bits(packet)
        return found != 0 && found & ~mask == 0
      }
    case (true, true):
      return { packet in
        let found = bits(packet)
        return found != 0 && found & mask == 0
      }
    }
  }

  /// The bits of the values that the operands (or the operator) take in.
  private func mask(_ choice: FilterChoice) throws(FilterError) -> UInt64 {
    if operation.isOrdering { return try orderingMask(choice) }
    try refuseRanges()
    if operation == .matches {
      let pattern = try pattern()
      return Self.mask(choice) { pattern.isFound(in: Array($0.utf8)) }
    }
    if operation == .contains {
      let search = ByteSearch(try plain(operands[0].low).bytes.map(Self.lowercased))
      return Self.mask(choice) { name in name.lowercased().utf8.map { $0 }.withUnsafeBytes { search.isFound(in: $0) } }
    }
    var mask: UInt64 = 0
    for operand in operands { mask |= try equalMask(choice, operand.low) }
    return mask
  }

  private func equalMask(_ choice: FilterChoice, _ token: FilterToken) throws(FilterError) -> UInt64 {
    let wanted = try plain(token).text.lowercased()
    let found = Self.mask(choice) { Glob.matches($0.lowercased(), wanted) }
    if found != 0 { return found }
    var seen: Set<String> = []
    let known = choice.names.filter { !$0.isEmpty && seen.insert($0).inserted }.joined(separator: ", ")
    throw source.error(token, "\(fieldToken.text) has no value \(FilterText.quoted(token.text)); it has \(known)")
  }

  private func orderingMask(_ choice: FilterChoice) throws(FilterError) -> UInt64 {
    guard let ranks = choice.ranks else { throw refuse("== != contains matches or in") }
    let found = try equalMask(choice, operands[0].low)
    let bounds = ranks.indices.filter { found & 1 << UInt64($0) != 0 }.map { ranks[$0] }
    guard let low = bounds.min(), let high = bounds.max() else { return 0 }
    return ranks.indices.reduce(0) { mask, index in
      let holds =
        switch operation {
        case .less: ranks[index] < low
        case .lessOrEqual: ranks[index] <= high
        case .greater: ranks[index] > high
        default: ranks[index] >= low
        }
      return holds ? mask | 1 << UInt64(index) : mask
    }
  }

  private static func mask(_ choice: FilterChoice, _ holds: (String) -> Bool) -> UInt64 {
    choice.names.indices.reduce(0) { holds(choice.names[$1]) ? $0 | 1 << UInt64($1) : $0 }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }
}

/// Names with `*` for anything.
enum Glob {
  static func matches(_ name: String, _ glob: String) -> Bool {
    let name = Array(name.utf8)
    let glob = Array(glob.utf8)
    guard glob.contains(UInt8(ascii: "*")) else { return name == glob }
    // Greedy from the left: on a mismatch the last star takes one byte more.
    var (at, wanted, star, resume) = (0, 0, -1, 0)
    while at < name.count {
      if wanted < glob.count, glob[wanted] == UInt8(ascii: "*") {
        star = wanted
        resume = at
        wanted += 1
      } else if wanted < glob.count, glob[wanted] == name[at] {
        at += 1
        wanted += 1
      } else if star >= 0 {
        resume += 1
        at = resume
        wanted = star + 1
      } else {
        return false
      }
    }
    return glob[wanted...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
