@_exported import S2WMPFlow

/// One captured frame, borrowed: `bytes` is valid only during the call that hands it out.
public struct Frame {
  /// Position in the capture, from 1.
  public var number: UInt64
  public var time: CaptureTime
  /// The libpcap link type (`DLT_…`) of the interface that captured it.
  public var linkType: Int32
  /// The captured bytes (at most the snap length).
  public var bytes: UnsafeRawBufferPointer
  /// Bytes the frame had on the wire; `bytes.count` is smaller when the snap length cut it.
  public var wireLength: Int

  @inlinable public init(number: UInt64, time: CaptureTime, linkType: Int32, bytes: UnsafeRawBufferPointer, wireLength: Int) {
    self.number = number
    self.time = time
    self.linkType = linkType
    self.bytes = bytes
    self.wireLength = wireLength
  }
}
