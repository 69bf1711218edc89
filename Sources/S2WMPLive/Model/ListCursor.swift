/// A cursor in a list whose items come and go: it stays on its item.
struct ListCursor<ID: Hashable> {
  private(set) var selected: ID?
  private(set) var top = 0

  /// Where the cursor is: on its item, or where that was.
  func index(in ids: [ID]) -> Int? {
    if ids.isEmpty { return nil }
    return selected.flatMap { ids.firstIndex(of: $0) } ?? 0
  }

  mutating func move(by offset: Int, in ids: [ID]) { select((index(in: ids) ?? 0) &+ offset, in: ids) }

  mutating func select(_ index: Int, in ids: [ID]) {
    if !ids.isEmpty { selected = ids[min(max(index, 0), ids.count - 1)] }
  }

  /// The items to show in a number of rows, with the cursor's among them.
  mutating func window(_ ids: [ID], height: Int) -> Range<Int> {
    let height = max(height, 1)
    if let index = index(in: ids) {
      if index < top { top = index }
      if index >= top + height { top = index - height + 1 }
    }
    top = min(max(top, 0), max(ids.count - height, 0))
    return top..<min(top + height, ids.count)
  }
}
