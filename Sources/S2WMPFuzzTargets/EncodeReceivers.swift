import S2WMPCapture
import S2WMPFlow

/// Copies of the frames that a capture would hold.
final class KeptFrames: FrameWriter {
  struct Kept {
    var number: UInt64
    var time: CaptureTime
    var linkType: Int32
    var bytes: [UInt8]
  }

  private(set) var frames: [Kept] = []

  func write(_ frame: Frame) throws(CaptureWriteError) {
    frames.append(Kept(number: frame.number, time: frame.time, linkType: frame.linkType, bytes: Array(frame.bytes)))
  }

  func flushIfDue() throws(CaptureWriteError) {}
  func close() throws(CaptureWriteError) {}
}

/// Counts the bytes that reassembly delivers.
final class ByteCounter: ConversationReceiver {
  private(set) var bytes = 0
  private(set) var gaps = 0

  func openConversation(_ start: ConversationStart) -> Int { 0 }

  func receiveSegment(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, frame: UInt64, time: CaptureTime,
    startsSegment: Bool, unsynchronised: Bool
  ) -> Interest {
    self.bytes += bytes.count
    return .keep
  }

  func receiveGap(_ conversation: Int, _ direction: FlowDirection, length: UInt64, cause: GapCause) { gaps += 1 }
  func receiveFinding(_ conversation: Int, _ direction: FlowDirection, _ finding: StreamFinding, frame: UInt64) {}
  func holdDirection(_ conversation: Int, _ direction: FlowDirection, since frame: UInt64) {}
  func endDirection(_ conversation: Int, _ direction: FlowDirection) {}

  func receiveDatagram(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, wireLength: Int, pieces: UnsafeBufferPointer<Piece>
  ) -> Interest {
    self.bytes += bytes.count
    return .keep
  }

  func closeConversation(_ conversation: Int) {}
}
