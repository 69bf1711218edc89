import CZlib

/// Turns gzip members, one after the other, back into plain bytes.
///
/// SAFETY: `stream` is allocated once and freed in `deinit`; zlib gets only pointers with the lengths that belong to them.
final class GzipInflater {
  enum Step {
    /// Room was filled, in part or wholly.
    case produced(Int)
    /// More compressed bytes are needed.
    case hungry
    /// The last member ended; what follows is not gzip.
    case ended
    case failed(String)
  }

  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var betweenMembers = true
  private var sawMember = false

  /// Where compressed bytes are put before `accept`.
  var inputRoom: UnsafeMutableRawBufferPointer { input }

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 17, alignment: 16)
    if s2wmp_inflate_start(stream) != Z_OK { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
    input.deallocate()
  }

  func accept(_ count: Int) {
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(clamping: count)
  }

  /// Whether the compressed bytes may end here.
  var mayEnd: Bool { betweenMembers && sawMember }

  func inflate(into room: UnsafeMutableRawBufferPointer) -> Step {
    if stream.pointee.avail_in == 0 { return .hungry }
    if betweenMembers {
      // Padding after the last member is not data; gzip ignores it too.
      if sawMember, let first = stream.pointee.next_in?.pointee, first != 0x1f { return .ended }
      betweenMembers = false
    }
    let size = min(room.count, 1 << 30)
    stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(size)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    let produced = size - Int(stream.pointee.avail_out)
    if status == Z_STREAM_END {
      (betweenMembers, sawMember) = (true, true)
      inflateReset(stream)
    } else if status != Z_OK && status != Z_BUF_ERROR {
      let why = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
      return produced > 0 ? .produced(produced) : .failed(why)
    }
    return produced > 0 ? .produced(produced) : (stream.pointee.avail_in == 0 ? .hungry : inflate(into: room))
  }
}
