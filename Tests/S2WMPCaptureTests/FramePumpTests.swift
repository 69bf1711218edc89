import Glibc
import S2WMPCapture
import Testing

@Suite("Reading ahead")
struct FramePumpTests {
  static func frames(_ count: Int, size: Int) -> [[UInt8]] {
    (0..<count).map { index in [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 1 + index * 7919 % size) }
  }

  /// Reads all batches; checks order and bytes.
  static func drain(_ pump: FramePump, _ frames: [[UInt8]]) -> (count: Int, error: CaptureError?) {
    var count = 0
    do throws(CaptureError) {
      while let batch = try pump.next() {
        batch.forEach { frame in
          if frame.number != UInt64(count + 1) || !frames[count].elementsEqual(frame.bytes) { Issue.record("frame \(count + 1) is wrong") }
          count += 1
        }
      }
      return (count, nil)
    } catch {
      return (count, error)
    }
  }

  @Test(arguments: [0, 1 << 20, .max])
  func everyFrameInOrder(threadAfter: Int) throws {
    let frames = Self.frames(40_000, size: 900)
    let file = TemporaryFile(CaptureFiles.classic(frames))
    let pump = FramePump(try CaptureFileReader(path: file.path), threadAfter: threadAfter)
    let (count, error) = Self.drain(pump, frames)
    #expect(count == frames.count)
    #expect(error == nil)
    #expect(pump.progress.bytesRead == pump.progress.totalBytes)
  }

  @Test(arguments: [0, .max])
  func longFramesWrapTheRing(threadAfter: Int) throws {
    let frames = Self.frames(300, size: 262_000)
    let file = TemporaryFile(CaptureFiles.classic(frames))
    let (count, error) = Self.drain(FramePump(try CaptureFileReader(path: file.path), threadAfter: threadAfter), frames)
    #expect(count == frames.count)
    #expect(error == nil)
  }

  @Test(arguments: [0, .max])
  func errorsComeAfterTheFramesBefore(threadAfter: Int) throws {
    let frames = Self.frames(5000, size: 900)
    let file = TemporaryFile(CaptureFiles.classic(frames) + [1, 2, 3])
    let (count, error) = Self.drain(FramePump(try CaptureFileReader(path: file.path), threadAfter: threadAfter), frames)
    #expect(count == frames.count)
    #expect(error?.description.contains("damaged at frame 5001") == true)
  }

  @Test func stoppingEarly() throws {
    let frames = Self.frames(40_000, size: 900)
    let file = TemporaryFile(CaptureFiles.classic(frames))
    for _ in 0..<20 {
      let pump = FramePump(try CaptureFileReader(path: file.path), threadAfter: 0)
      #expect(try pump.next() != nil)
      pump.stop()
    }
  }

  @Test func pipesGiveWhatTheyHave() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let frames = Self.frames(20, size: 30)
    let bytes = CaptureFiles.classic(frames)
    _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, bytes.count - 5) }
    let pump = FramePump(try CaptureFileReader(path: "/dev/fd/\(ends[0])"))
    var count = 0
    // The writer has not finished: what it wrote so far comes, the rest later.
    while count < 19 { try pump.next()?.forEach { _ in count += 1 } }
    _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress.map { $0 + bytes.count - 5 }, 5) }
    close(ends[1])
    while let batch = try pump.next() { batch.forEach { _ in count += 1 } }
    #expect(count == 20)
    close(ends[0])
  }

  @Test func stoppingAWaitingPipe() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let bytes = CaptureFiles.classic(Self.frames(3, size: 30))
    _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, bytes.count) }
    let pump = FramePump(try CaptureFileReader(path: "/dev/fd/\(ends[0])"))
    #expect(try pump.next() != nil)
    pump.stop()
    close(ends[0])
    close(ends[1])
  }

  /// The history for comparing repeated bytes reaches equally far with and without a thread.
  @Test func findingsDoNotDependOnTheThread() throws {
    var frames: [[UInt8]] = []
    for index in 0..<30_000 {
      let place = index % 50 == 49 ? index - 30 : index
      var text = [UInt8]("message \(place) of a stream")
      text += [UInt8](repeating: 32, count: 300 - text.count)
      if index % 100 == 99 { text[20] = UInt8(ascii: "#") }
      frames.append(FrameMaker.ethernet4(FrameMaker.ipv4(transport: 6, FrameMaker.tcp(1, 2, seq: UInt32(place * 300), text))))
    }
    let file = TemporaryFile(CaptureFiles.classic(frames))
    var results: [[StreamFinding: Int]] = []
    for threadAfter in [0, 1 << 20, .max] {
      let recorder = Recorder()
      recorder.writesLines = false
      let decoder = CaptureDecoder(receiver: recorder)
      let pump = FramePump(try CaptureFileReader(path: file.path), threadAfter: threadAfter)
      while let batch = try pump.next() { decoder.process(batch) }
      decoder.finish()
      results.append(recorder.findings)
    }
    #expect(results[0][.overlap] ?? 0 > 0)
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
