import Foundation
import Glibc

/// A folder that goes away with its owner.
final class ScratchFolder: Sendable {
  let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/s2wmp-network-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { root + "/" + name }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

  func write(_ bytes: Data, _ name: String) throws { try bytes.write(to: URL(filePath: path(name))) }

  func mode(_ name: String) throws -> mode_t {
    var status = stat()
    guard stat(path(name), &status) == 0 else { throw PlainSocket.Failure(code: errno) }
    return status.st_mode & 0o7777
  }
}
