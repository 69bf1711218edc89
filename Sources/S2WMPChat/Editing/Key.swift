/// What a person did at the keyboard.
enum Key: Hashable {
  /// Typed text: one scalar, never a control.
  case text(Unicode.Scalar)
  /// Part of a paste; may have line feeds and tabs, no other controls.
  case pasted(Unicode.Scalar)
  case pasteEnd
  case enter
  /// A line feed within the message: Alt-Enter.
  case lineFeed
  case tab
  case backspace, delete
  case left, right, up, down, home, end
  case wordLeft, wordRight
  case deleteWordLeft, deleteWordRight
  /// Ctrl with a letter, lower case.
  case control(Character)
}
