/// The directions that may still give a packet of an earlier frame, in order of that frame.
///
/// Packets may be handed out up to the first of them (`lowest`), and no further.
final class HoldList {
  private struct Node {
    var since: UInt64
    var previous: Int32
    var next: Int32
  }

  private var nodes: UnsafeMutablePointer<Node>
  private var capacity = 64
  private var used = 0
  private var freeNode: Int32 = -1
  private var head: Int32 = -1
  private var tail: Int32 = -1

  /// Frame from which on something is held; the largest number when nothing is.
  private(set) var lowest = UInt64.max

  init() {
    nodes = .allocate(capacity: capacity)
  }

  deinit {
    nodes.deallocate()
  }

  /// Makes the hold with that handle (−1: none yet) start at `since`; 0 ends it.
  func set(_ handle: inout Int32, since: UInt64) {
    if handle >= 0 {
      if nodes[Int(handle)].since == since { return }
      unlink(handle)
    } else if since != 0 {
      handle = newNode()
    }
    defer { lowest = head < 0 ? .max : nodes[Int(head)].since }
    guard handle >= 0 else { return }
    guard since != 0 else {
      nodes[Int(handle)].next = freeNode
      freeNode = handle
      handle = -1
      return
    }
    nodes[Int(handle)].since = since
    link(handle)
  }

  private func newNode() -> Int32 {
    if freeNode >= 0 {
      let node = freeNode
      freeNode = nodes[Int(node)].next
      return node
    }
    if used == capacity { grow() }
    (nodes + used).initialize(to: Node(since: 0, previous: -1, next: -1))
    used += 1
    return Int32(used - 1)
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: nodes, count: capacity)
    nodes.deallocate()
    nodes = larger
    capacity *= 2
  }

  private func unlink(_ index: Int32) {
    let node = nodes[Int(index)]
    if node.previous >= 0 { nodes[Int(node.previous)].next = node.next } else { head = node.next }
    if node.next >= 0 { nodes[Int(node.next)].previous = node.previous } else { tail = node.previous }
  }

  /// Inserts in order; nearly always at one of the ends, so the place is looked for from both.
  private func link(_ index: Int32) {
    let since = nodes[Int(index)].since
    let before = lastUpTo(since)
    let after = before >= 0 ? nodes[Int(before)].next : head
    nodes[Int(index)].previous = before
    nodes[Int(index)].next = after
    if before >= 0 { nodes[Int(before)].next = index } else { head = index }
    if after >= 0 { nodes[Int(after)].previous = index } else { tail = index }
  }

  /// The last node that does not begin behind `since`, −1 when there is none.
  private func lastUpTo(_ since: UInt64) -> Int32 {
    var (front, back) = (head, tail)
    while front >= 0 && back >= 0 {
      if nodes[Int(back)].since <= since { return back }
      if nodes[Int(front)].since > since { return nodes[Int(front)].previous }
      (front, back) = (nodes[Int(front)].next, nodes[Int(back)].previous)
    }
    return -1
  }
}
