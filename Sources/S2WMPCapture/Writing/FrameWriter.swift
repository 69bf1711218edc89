/// What takes frames and keeps them: one file, a ring of files, or a test's array.
public protocol FrameWriter: AnyObject {
  /// Keeps the frame unchanged.
  func write(_ frame: Frame) throws(CaptureWriteError)

  /// Hands buffered frames to the operating system if the last time is a second ago; call it while no frame comes.
  func flushIfDue() throws(CaptureWriteError)

  /// Writes what is buffered and ends the file. Only the first call does something.
  func close() throws(CaptureWriteError)
}
