/// What a person did at the keyboard.
package enum Key: Hashable {
  /// Typed text: one scalar, never a control.
  case text(Unicode.Scalar)
  /// Part of a paste; may have line feeds and tabs, no other controls.
  case pasted(Unicode.Scalar)
  case pasteEnd
  case enter
  /// A line feed within the message: Alt-Enter.
  case lineFeed
  case tab
  case backTab
  /// Escape alone; only told by `KeyParser.endOfEscape`.
  case escape
  case backspace, delete
  case left, right, up, down, home, end, pageUp, pageDown
  case wordLeft, wordRight
  case deleteWordLeft, deleteWordRight
  /// Ctrl with a letter, lower case.
  case control(Character)
}
