import Glibc

@testable import S2WMPCapture

/// A frame with its bytes.
struct KeptFrame: Equatable {
  var time: CaptureTime
  var linkType: Int32
  var bytes: [UInt8]
  var wireLength: Int

  init(_ frame: Frame) {
    time = frame.time
    linkType = frame.linkType
    bytes = Array(frame.bytes)
    wireLength = frame.wireLength
  }

  init(_ bytes: [UInt8], time: Int64?, linkType: Int32 = 1, wireLength: Int? = nil) {
    self.time = time.map { CaptureTime(nanoseconds: $0) } ?? .none
    self.linkType = linkType
    self.bytes = bytes
    self.wireLength = wireLength ?? bytes.count
  }

  func write(to writer: any FrameWriter) throws {
    try bytes.withUnsafeBytes { try writer.write(Frame(number: 1, time: time, linkType: linkType, bytes: $0, wireLength: wireLength)) }
  }
}

/// Keeps frames in memory.
final class KeepingWriter: FrameWriter {
  var frames: [KeptFrame] = []

  func write(_ frame: Frame) throws(CaptureWriteError) { frames.append(KeptFrame(frame)) }
  func flushIfDue() throws(CaptureWriteError) {}
  func close() throws(CaptureWriteError) {}
}

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/s2wmp-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(what: "mkdtemp", code: errno) }
    path = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

struct Failure: Error, CustomStringConvertible {
  var what: String
  var code: Int32

  var description: String { "\(what): \(String(cString: strerror(code)))" }
}

func bytes(ofFile path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw Failure(what: path, code: errno) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65536)
  while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
  return bytes
}

/// Runs a program of the system and gives its standard output; nil when it is not installed or fails.
///
/// Called from the thread whose network namespace the program shall have.
func output(of command: [String]) -> String? {
  var ends: [Int32] = [0, 0]
  guard pipe(&ends) == 0 else { return nil }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  var process: pid_t = 0
  let result = posix_spawnp(&process, command[0], &actions, nil, &arguments, environ)
  close(ends[1])
  defer { close(ends[0]) }
  guard result == 0 else { return nil }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65536)
  while case let count = read(ends[0], &part, part.count), count > 0 { bytes += part[..<count] }
  var status: Int32 = 0
  waitpid(process, &status, 0)
  return status == 0 ? String(decoding: bytes, as: UTF8.self) : nil
}

/// Whether a test that needs a program can run; says so when it cannot.
func isInstalled(_ program: String) -> Bool {
  let found = output(of: [program, "--version"]) != nil
  if !found { print("skipped: \(program) is not installed") }
  return found
}
