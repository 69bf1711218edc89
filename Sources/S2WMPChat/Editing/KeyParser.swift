/// Bytes from a terminal in raw mode into keys. Bytes may be cut anywhere; an escape sequence that never ends is given up after a few bytes.
///
/// No clock: the Escape key alone may wait for what follows and be taken for the beginning of it, until `endOfEscape` says that nothing follows.
package struct KeyParser {
  private enum State {
    case ground
    case escape
    /// Behind `ESC [`.
    case sequence([UInt8])
    /// Behind `ESC O`.
    case single
    /// Behind `ESC [ [`, as the Linux console sends for some function keys.
    case console
  }

  private var state = State.ground
  private var utf8: [UInt8] = []
  private var isPasting = false
  private var lastPasted: UInt8 = 0

  private static let longestSequence = 32
  private static let escape: UInt8 = 0x1b

  private let tellsEscape: Bool

  /// - tellsEscape: Escape is a key of its own, so that one before another key is told as well unless both together mean something.
  package init(tellsEscape: Bool = false) { self.tellsEscape = tellsEscape }

  /// Whether an Escape came behind which something may follow.
  package var isEscapePending: Bool {
    if case .escape = state { !isPasting } else { false }
  }

  /// Nothing followed for a while: it was the key.
  package mutating func endOfEscape(_ receive: (Key) -> Void) {
    guard isEscapePending else { return }
    state = .ground
    receive(.escape)
  }

  package mutating func parse(_ bytes: some Sequence<UInt8>, _ receive: (Key) -> Void) {
    for byte in bytes { parse(byte, receive) }
  }

  private mutating func parse(_ byte: UInt8, _ receive: (Key) -> Void) {
    switch state {
    case .ground: ground(byte, receive)
    case .escape: escaped(byte, receive)
    case .sequence(let begun): sequence(begun, byte, receive)
    case .single:
      state = .ground
      if isPasting { return }
      // The keypad's Enter.
      if byte == UInt8(ascii: "M") { receive(.enter) } else if let key = Self.finals[byte] { receive(key) }
    case .console: state = .ground
    }
  }

  private mutating func ground(_ byte: UInt8, _ receive: (Key) -> Void) {
    if byte >= 0x80 { return collect(byte, receive) }
    if !utf8.isEmpty { giveUp(receive) }
    if byte == Self.escape {
      state = .escape
    } else if isPasting {
      pasted(byte, receive)
    } else if byte >= 0x20 && byte != 0x7f {
      receive(.text(Unicode.Scalar(byte)))
    } else if let key = Self.control(byte) {
      receive(key)
    }
  }

  /// Carriage returns, alone or before a line feed, are line feeds in what is pasted. Other controls are not taken over.
  private mutating func pasted(_ byte: UInt8, _ receive: (Key) -> Void) {
    defer { lastPasted = byte }
    switch byte {
    case 0x0d: receive(.pasted("\n"))
    case 0x0a: if lastPasted != 0x0d { receive(.pasted("\n")) }
    case 0x09, 0x20...0x7e: receive(.pasted(Unicode.Scalar(byte)))
    default: break
    }
  }

  private mutating func escaped(_ byte: UInt8, _ receive: (Key) -> Void) {
    switch byte {
    case UInt8(ascii: "["): state = .sequence([])
    case UInt8(ascii: "O"): state = .single
    case Self.escape: break
    default:
      state = .ground
      if isPasting { return ground(byte, receive) }
      if let key = Self.alt(byte) { return receive(key) }
      if tellsEscape { receive(.escape) }
      if tellsEscape || byte >= 0x80 { ground(byte, receive) }
    }
  }

  private mutating func sequence(_ begun: [UInt8], _ byte: UInt8, _ receive: (Key) -> Void) {
    switch byte {
    case UInt8(ascii: "[") where begun.isEmpty: state = .console
    case 0x20...0x3f where begun.count < Self.longestSequence: state = .sequence(begun + [byte])
    case 0x40...0x7e:
      state = .ground
      finish(begun, byte, receive)
    case Self.escape: state = .escape
    default:
      // No sequence after all: what broke it counts, the rest does not.
      state = .ground
      if byte < 0x20 { ground(byte, receive) }
    }
  }

  private mutating func finish(_ parameters: [UInt8], _ final: UInt8, _ receive: (Key) -> Void) {
    let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    let first = numbers.first ?? ""
    if final == UInt8(ascii: "~") && (first == "200" || first == "201") {
      if first == "201" && isPasting { receive(.pasteEnd) }
      isPasting = first == "200"
      lastPasted = 0
      return
    }
    // Parameters of other kinds belong to what is no key: reports, the mouse.
    if isPasting || parameters.contains(where: { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ";") }) { return }
    let hasModifier = numbers.count > 1 && ["3", "5", "7"].contains(numbers[1])
    guard let key = final == UInt8(ascii: "~") ? Self.numbered[first] : Self.finals[final] else { return }
    receive(hasModifier ? Self.byWord[key] ?? key : key)
  }

  private mutating func collect(_ byte: UInt8, _ receive: (Key) -> Void) {
    if byte & 0xc0 != 0x80 && !utf8.isEmpty { giveUp(receive) }
    utf8.append(byte)
    let needed = utf8[0] >= 0xf0 ? 4 : utf8[0] >= 0xe0 ? 3 : utf8[0] >= 0xc2 ? 2 : 1
    if utf8.count < needed { return }
    let scalars = String(decoding: utf8, as: UTF8.self).unicodeScalars
    utf8 = []
    for scalar in scalars { emit(scalar, receive) }
  }

  /// Bytes that turned out to be no character.
  private mutating func giveUp(_ receive: (Key) -> Void) {
    utf8 = []
    emit("\u{fffd}", receive)
  }

  private func emit(_ scalar: Unicode.Scalar, _ receive: (Key) -> Void) {
    // C1 controls are no text.
    if (0x80..<0xa0).contains(scalar.value) { return }
    receive(isPasting ? .pasted(scalar) : .text(scalar))
  }
}

extension KeyParser {
  fileprivate static func control(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x09: .tab
    case 0x0a, 0x0d: .enter
    case 0x08, 0x7f: .backspace
    case 0x01...0x1a: .control(Character(Unicode.Scalar(byte + 0x60)))
    default: nil
    }
  }

  fileprivate static func alt(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x0d, 0x0a: .lineFeed
    case 0x7f, 0x08: .deleteWordLeft
    case UInt8(ascii: "b"), UInt8(ascii: "B"): .wordLeft
    case UInt8(ascii: "f"), UInt8(ascii: "F"): .wordRight
    case UInt8(ascii: "d"), UInt8(ascii: "D"): .deleteWordRight
    default: nil
    }
  }

  fileprivate static let finals: [UInt8: Key] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
    UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "Z"): .backTab,
  ]

  fileprivate static let numbered: [String: Key] = ["1": .home, "7": .home, "4": .end, "8": .end, "3": .delete, "5": .pageUp, "6": .pageDown]

  /// What Ctrl and Alt make of the cursor keys.
  fileprivate static let byWord: [Key: Key] = [.left: .wordLeft, .right: .wordRight, .delete: .deleteWordRight]
}
