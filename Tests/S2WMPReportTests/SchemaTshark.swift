import Foundation
import S2WMPReport

/// Runs tshark with the generated dissector.
///
/// It gets a home folder of its own: nobody's preferences apply, and no other copy of the dissector is loaded from a plugin folder. As root
/// this works where Wireshark's `init.lua` lets scripts run for the superuser (Debian's does); elsewhere the tests are skipped.
enum SchemaTshark {
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  /// Nil when tshark can be used, else why not.
  static let obstacle: String? = {
    do {
      _ = try run(SchemaCapture(), ["-o", "s2wmp.dialect:auto"])
      return nil
    } catch {
      print("tests with tshark are skipped: \(error)")
      return "\(error)"
    }
  }()

  static var isUsable: Bool { obstacle == nil }

  /// The values of some fields, one row a frame that has S2WMP packets and matches the filter; several values of one field are separated by `|`.
  static func rows(_ capture: SchemaCapture, _ fields: [String], options: [String] = [], filter: String = "s2wmp") throws -> [[String]] {
    let separators = ["-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"]
    let output = try run(capture, options + separators + fields.flatMap { ["-e", $0] })
    return output.split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map { $0 == "<MISSING>" ? "" : String($0) }
    }
  }

  private static func run(_ capture: SchemaCapture, _ arguments: [String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("s2wmp-tshark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (lua, pcap, errors) = (folder.appendingPathComponent("s2wmp.lua"), folder.appendingPathComponent("a.pcap"), folder.appendingPathComponent("errors"))
    try Data(SchemaLua.text().utf8).write(to: lua)
    try Data(capture.bytes).write(to: pcap)
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tshark", "-n", "-X", "lua_script:\(lua.path)", "-r", pcap.path] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["HOME": folder.path, "XDG_CONFIG_HOME": folder.path, "WIRESHARK_CONFIG_DIR": folder.path]
    ) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let complaint = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    if process.terminationStatus != 0 || complaint.contains("Lua") { throw Failed(description: "tshark: \(complaint)") }
    return String(decoding: output, as: UTF8.self)
  }
}
