/// Which packet a fragment belongs to (RFC 791, RFC 8200 §4.5).
struct FragmentKey: Hashable {
  var sourceHigh: UInt64
  var sourceLow: UInt64
  var destinationHigh: UInt64
  var destinationLow: UInt64
  var identification: UInt32
  var transport: UInt8
  var isIPv4: Bool

  init(addresses: AddressPair, identification: UInt32, transport: UInt8) {
    (sourceHigh, sourceLow) = (addresses.sourceHigh, addresses.sourceLow)
    (destinationHigh, destinationLow) = (addresses.destinationHigh, addresses.destinationLow)
    (self.identification, self.transport, isIPv4) = (identification, transport, addresses.isIPv4)
  }

  var addresses: AddressPair {
    AddressPair(
      sourceHigh: sourceHigh, sourceLow: sourceLow, destinationHigh: destinationHigh, destinationLow: destinationLow, isIPv4: isIPv4)
  }
}

/// One fragment, or what it brought that was new.
struct FragmentPart {
  var start: Int
  /// End of what was on the wire.
  var end: Int
  /// End of what was captured of it.
  var capturedEnd: Int
  var frame: UInt64
  var time: CaptureTime
}

/// The fragments of one packet so far. The first captured copy of each byte wins.
struct FragmentSet {
  /// The longest payload that an IP packet can have.
  static let longest = 65_535

  /// Sorted, not overlapping.
  private(set) var parts: [FragmentPart] = []
  private(set) var bytes: [UInt8] = []
  private(set) var total: Int?
  private var covered = 0
  /// Protocol number that the first fragment gave.
  private(set) var next: UInt8 = 0
  var started: Int64 = 0
  /// Creation order, for the queue of the oldest.
  var serial: UInt64 = 0

  /// Memory that it costs, about.
  var cost: Int { bytes.count + parts.count * MemoryLayout<FragmentPart>.stride + 256 }

  var isComplete: Bool { total == covered }

  /// Bytes from the packet's start without one missing.
  var capturedPrefix: Int {
    var end = 0
    for part in parts {
      if part.start != end { break }
      end = part.capturedEnd
      if part.capturedEnd < part.end { break }
    }
    return end
  }

  /// False when the fragment contradicts the others, and the packet cannot be put together.
  mutating func add(_ offset: Int, more: Bool, _ next: UInt8, _ payload: LayerBytes, frame: UInt64, time: CaptureTime) -> Bool {
    let end = offset + payload.wire
    if end > Self.longest || end > total ?? end { return false }
    if !more {
      if let total, total != end { return false }
      if let last = parts.last, last.end > end { return false }
      total = end
    }
    if offset == 0 && parts.first?.start != 0 { self.next = next }
    insert(FragmentPart(start: offset, end: end, capturedEnd: offset + payload.captured, frame: frame, time: time), payload)
    return true
  }

  private mutating func insert(_ new: FragmentPart, _ payload: LayerBytes) {
    var index = firstIndex(endingAfter: new.start)
    var at = new.start
    while at < new.end {
      let following = index < parts.count ? parts[index] : nil
      let end = min(new.end, following?.start ?? new.end)
      if at < end {
        store(FragmentPart(start: at, end: end, capturedEnd: max(at, min(end, new.capturedEnd)), frame: new.frame, time: new.time), at: index)
        copy(payload, from: at - new.start, to: at, count: max(0, min(end, new.capturedEnd) - at))
        index += 1
      }
      guard let following else { break }
      at = max(at, following.end)
      index += 1
    }
  }

  private mutating func store(_ part: FragmentPart, at index: Int) {
    parts.insert(part, at: index)
    covered += part.end - part.start
  }

  private mutating func copy(_ payload: LayerBytes, from source: Int, to target: Int, count: Int) {
    if count == 0 { return }
    if bytes.count < target + count { bytes.append(contentsOf: repeatElement(0, count: target + count - bytes.count)) }
    bytes.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[target..<target + count])
        .copyMemory(from: .init(start: payload.start + source, count: count))
    }
  }

  private func firstIndex(endingAfter start: Int) -> Int {
    var (low, high) = (0, parts.count)
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].end <= start { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
