import Glibc

/// What a local process uses. Linux only: read from /proc.
public struct Vitals: Hashable, Sendable {
  public var residentBytes: UInt64
  /// Of all its threads that still run.
  public var processorNanoseconds: UInt64

  public init(residentBytes: UInt64, processorNanoseconds: UInt64) {
    self.residentBytes = residentBytes
    self.processorNanoseconds = processorNanoseconds
  }

  /// Nil when there is no such process, or it has ended.
  public init?(processID: Int32) {
    guard let memory = Self.numbers("/proc/\(processID)/statm"), memory.count > 1, memory[0] > 0 else { return nil }
    residentBytes = memory[1] * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1))
    processorNanoseconds = Self.threads(processID).reduce(0) { sum, thread in
      sum + (Self.numbers("/proc/\(processID)/task/\(thread)/schedstat")?.first ?? 0)
    }
  }

  private static func threads(_ processID: Int32) -> [String] {
    guard let folder = opendir("/proc/\(processID)/task") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
      if name.first?.isNumber == true { names.append(name) }
    }
    return names
  }

  /// The numbers at the start of a small file.
  private static func numbers(_ path: String) -> [UInt64]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = text.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    return text[..<count].split { $0 == 0x20 || $0 == 0x0a }.map { UInt64(String(decoding: $0, as: UTF8.self)) ?? 0 }
  }
}
