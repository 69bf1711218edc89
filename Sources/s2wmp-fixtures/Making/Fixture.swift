import Foundation
import S2WMPCapture

/// One capture file: its name and how it comes about.
struct Fixture: Sendable {
  /// Relative to the folder of captures.
  var name: String
  /// Makes the file at this path.
  var make: @Sendable (String, Cast) throws -> Void

  /// Packets on a stage, as pcap or (by the name's ending) pcapng.
  init(_ name: String, _ play: @escaping @Sendable (Stage) throws -> Void) {
    self.name = name
    make = { path, cast in
      let writer = try CaptureFileWriter(path: path)
      let stage = Stage(writer, cast)
      try play(stage)
      try stage.finish()
      try writer.close()
    }
  }

  /// Bytes of the file's own making.
  init(bytes name: String, _ bytes: @escaping @Sendable (Cast) throws -> [UInt8]) {
    self.name = name
    make = { path, cast in try Data(bytes(cast)).write(to: URL(filePath: path)) }
  }
}
