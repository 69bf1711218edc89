/// An array that gives up elements at its front without moving the others each time.
struct Queue<Element> {
  private var elements: [Element] = []
  private var head = 0

  init() {}

  init(_ elements: [Element]) { self.elements = elements }

  var count: Int { elements.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : elements[head] }
  var last: Element? { isEmpty ? nil : elements[elements.count - 1] }
  var all: ArraySlice<Element> { elements[head...] }

  subscript(index: Int) -> Element { elements[head + index] }

  mutating func append(_ element: Element) { elements.append(element) }

  /// Nothing when there are fewer.
  mutating func removeFirst(_ number: Int = 1) {
    guard number > 0, number <= count else { return }
    head += number
    if head * 2 > elements.count {
      elements.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() {
    elements = []
    head = 0
  }
}
