/// What a style means; how it looks is the screen's business.
public enum ChatStyle: UInt8, Hashable, Sendable {
  case plain
  /// Of little interest, or repeated.
  case dim
  /// Who speaks.
  case strong
  /// Something to look at: a request, a key that changed.
  case warning
  /// Rejected, or an error.
  case bad
}

/// One line of the transcript, as long as it needs to be: the screen wraps it.
///
/// Texts may come from strangers as they are. Nothing reaches a terminal but through `Glyph`, which makes them harmless.
public struct ChatLine: Hashable, Sendable {
  public struct Span: Hashable, Sendable {
    public var text: String
    public var style: ChatStyle
  }

  public private(set) var spans: [Span] = []
  /// Columns by which all rows but the first are indented. More than zero for everything that strangers write, so that no message with line feeds can
  /// look like another line.
  public var indent: Int

  public init(indent: Int = 0) { self.indent = indent }

  public init(_ text: String, _ style: ChatStyle = .plain, indent: Int = 2) {
    self.indent = indent
    add(text, style)
  }

  public mutating func add(_ text: String, _ style: ChatStyle = .plain) {
    if text.isEmpty { return }
    spans.append(Span(text: text, style: style))
  }
}
