/// The block below the transcript: a row that says who is who and what waits, and the line being written.
enum StatusRow {
  static func block(of model: ChatModel, editor: LineEditor, screen: ChatScreen) -> InputBlock {
    let width = screen.width
    let layout = InputLayout(prompt: prompt(of: model, width: width), editor: editor, width: width)
    let hasStatus = screen.size.rows >= 5
    let window = layout.window(height: max(1, screen.size.rows / 2 - 1))
    var block = InputBlock()
    if hasStatus { block.rows.append(status(of: model, editor: editor, width: width)) }
    block.cursorRow = block.rows.count + window.cursorRow
    block.cursorColumn = layout.cursorColumn
    block.rows.append(contentsOf: window.rows)
    return block
  }

  /// To whom one writes.
  static func prompt(of model: ChatModel, width: Int) -> TextRow {
    var row = TextRow()
    let room = max(4, width / 3)
    if let open = model.open { row.append(Glyph.oneRow(model.label(open), limit: room), .strong) }
    row.append("> ")
    return row
  }

  private static func status(of model: ChatModel, editor: LineEditor, width: Int) -> TextRow {
    let right = rightPart(of: model, editor: editor)
    var row = TextRow()
    for part in leftParts(of: model) where row.width + 3 + Glyph.columns(of: part.text) < width {
      row.append("── ", .dim)
      row.append(part.text + " ", part.style)
    }
    let rightWidth = Glyph.columns(of: right.text) + 4
    let showsRight = row.width + rightWidth <= width
    let end = showsRight ? width - rightWidth : width
    while row.width < end { row.append("─", .dim) }
    if showsRight {
      row.append(" \(right.text) ", right.style)
      row.append("──", .dim)
    }
    return row
  }

  private static func leftParts(of model: ChatModel) -> [(text: String, style: ChatStyle)] {
    var parts: [(text: String, style: ChatStyle)] = []
    if let open = model.open {
      let status = model.book[open]?.isUnreachable == true ? "unreachable" : model.book[open]?.status?.rawValue ?? "status unknown"
      parts.append(("\(model.book.label(open, limit: 20)), \(status)", .dim))
    }
    let unread = model.book.all.filter { $0.unread > 0 }
    if !unread.isEmpty {
      let some = unread.prefix(3).map { "\(model.book.label($0.id, limit: 12)) \($0.unread)" }.joined(separator: ", ")
      parts.append(("unread: \(some)\(unread.count > 3 ? ", …" : "")", .warning))
    }
    let requests = model.requests.rows.count
    if requests > 0 { parts.append(("\(requests) \(requests == 1 ? "request" : "requests")", .warning)) }
    return parts
  }

  /// Who we are; while a long message is written, how long it is.
  private static func rightPart(of model: ChatModel, editor: LineEditor) -> (text: String, style: ChatStyle) {
    if editor.byteCount > model.messageLimit { return ("\(editor.byteCount) of \(model.messageLimit) bytes", .bad) }
    if editor.byteCount >= 1000 { return ("\(editor.byteCount) of \(model.messageLimit) bytes", .dim) }
    let name = Glyph.oneRow(model.settings.name, limit: 16)
    return (model.isListening ? "you: \(name), \(model.ownStatus.rawValue)" : "starting", .dim)
  }
}
