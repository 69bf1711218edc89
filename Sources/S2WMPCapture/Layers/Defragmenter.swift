/// Packets that came in fragments and are not complete yet: bounded in number, in bytes and in age.
struct Defragmenter {
  private var sets: [FragmentKey: FragmentSet] = [:]
  /// Keys in order of creation, with the serial that tells a later packet of the same key; from `oldest` on.
  private var order: [(key: FragmentKey, serial: UInt64)] = []
  private var oldest = 0
  private var serial: UInt64 = 0
  private(set) var cost = 0
  /// Packets given up.
  private(set) var dropped: UInt64 = 0
  private let limits: ReassemblyLimits

  init(_ limits: ReassemblyLimits) { self.limits = limits }

  /// Adds a fragment; returns the packet once it is complete.
  mutating func add(
    _ key: FragmentKey, _ offset: Int, more: Bool, _ next: UInt8, _ payload: LayerBytes, frame: UInt64, time: CaptureTime, now: Int64
  ) -> FragmentSet? {
    expire(now)
    var set = sets.removeValue(forKey: key) ?? create(key, now)
    cost -= set.cost
    guard set.add(offset, more: more, next, payload, frame: frame, time: time) else {
      dropped += 1
      return nil
    }
    if set.isComplete { return set }
    cost += set.cost
    sets[key] = set
    while cost > limits.fragmentBytes || sets.count > limits.fragmentedPackets, dropOldest() {}
    return nil
  }

  private mutating func create(_ key: FragmentKey, _ now: Int64) -> FragmentSet {
    serial += 1
    var set = FragmentSet()
    (set.started, set.serial) = (now, serial)
    cost += set.cost
    // Complete packets leave their entry behind; without this a capture with fragments only would grow the list.
    if order.count > 2 * limits.fragmentedPackets + 1024 { compact() }
    order.append((key, serial))
    return set
  }

  private mutating func expire(_ now: Int64) {
    while oldest < order.count {
      let entry = order[oldest]
      if let set = sets[entry.key], set.serial == entry.serial {
        if now &- set.started <= limits.fragmentNanoseconds { return }
        _ = dropOldest()
      } else {
        oldest += 1
      }
    }
  }

  /// False when there is none left.
  private mutating func dropOldest() -> Bool {
    while oldest < order.count {
      let entry = order[oldest]
      oldest += 1
      guard let set = sets[entry.key], set.serial == entry.serial else { continue }
      cost -= set.cost
      sets[entry.key] = nil
      dropped += 1
      return true
    }
    return false
  }

  private mutating func compact() {
    order = order[oldest...].filter { sets[$0.key]?.serial == $0.serial }
    oldest = 0
  }
}

extension DecoderCore {
  /// One fragment of a packet; decodes the packet when it is complete.
  mutating func fragment(
    _ key: FragmentKey, _ offset: Int, more: Bool, _ next: UInt8, _ payload: LayerBytes, _ receiver: any ConversationReceiver
  ) {
    counters.fragments &+= 1
    // All fragments but the last are multiples of 8 bytes.
    if payload.wire == 0 || (more && payload.wire % 8 != 0) {
      counters.malformed &+= 1
      return
    }
    let done = fragments.add(
      key, offset, more: more, next, payload, frame: origin.frame, time: origin.time, now: now)
    counters.fragmentedPacketsDropped = fragments.dropped
    guard let done else { return }
    parts = done.parts
    done.bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let total = done.total else { return }
      partsStart = start
      let whole = LayerBytes(start: start, captured: min(done.capturedPrefix, bytes.count), wire: total)
      if key.isIPv4 {
        transport(key.transport, whole, key.addresses, receiver)
      } else if done.next != 44 {
        extensions(done.next, whole, key.addresses, receiver)
      }
    }
    (parts, partsStart) = ([], nil)
  }
}
