import Foundation
import S2WMPWire

/// One file of `Fixtures/vectors`: a packet with at most one defect, what it shows, and what is expected of it.
///
/// The format is described in `Fixtures/README.md`.
struct VectorFile: Equatable, CustomStringConvertible {
  /// `M/valid`: folder and file name without its ending.
  var path: String
  var shows: String
  var dialect: Dialect
  /// Section of the design document.
  var section: String
  /// `valid`, or the one expert code that the bytes alone deserve.
  var expect: String
  /// The field that the code is about.
  var at: String?
  /// Every field in wire order, when the packet frames.
  var fields: [(name: String, bytes: [UInt8])]
  var bytes: [UInt8]

  var description: String { path }

  static func == (a: VectorFile, b: VectorFile) -> Bool { a.path == b.path && a.text == b.text }

  /// The file's contents.
  var text: String {
    var lines = ["shows: \(shows)", "dialect: \(dialect.name)", "section: \(section)", "expect: \(expect)"]
    if let at { lines.append("at: \(at)") }
    lines += fields.map { $0.bytes.isEmpty ? "field: \($0.name)" : "field: \($0.name) \(Hex.string($0.bytes))" }
    lines.append("")
    lines += stride(from: 0, to: bytes.count, by: 32).map { Hex.string(bytes[$0..<min($0 + 32, bytes.count)]) }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension VectorFile {
  /// Why a file is no vector.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  init(path: String, text: String) throws {
    let parts = text.split(separator: "\n\n", maxSplits: 1)
    var keys: [String: String] = [:]
    var fields: [(name: String, bytes: [UInt8])] = []
    for line in parts.first?.split(separator: "\n") ?? [] {
      guard let colon = line.range(of: ": ") else { throw Malformed(description: "\(path): \"\(line)\" is not \"key: value\"") }
      let value = line[colon.upperBound...]
      guard line[..<colon.lowerBound] == "field" else {
        keys[String(line[..<colon.lowerBound])] = String(value)
        continue
      }
      let words = value.split(separator: " ")
      guard let name = words.first, let bytes = Hex.bytes(words.dropFirst().joined()) else { throw Malformed(description: "\(path): \(line)") }
      fields.append((String(name), bytes))
    }
    guard parts.count == 2, let bytes = Hex.bytes(parts[1].filter { $0 != "\n" }) else { throw Malformed(description: "\(path) has no hex") }
    func key(_ name: String) throws -> String {
      guard let value = keys[name] else { throw Malformed(description: "\(path) has no line \"\(name): \"") }
      return value
    }
    guard let dialect = Dialect(name: try key("dialect")) else { throw Malformed(description: "\(path) has an unknown dialect") }
    self.init(
      path: path, shows: try key("shows"), dialect: dialect, section: try key("section"), expect: try key("expect"), at: keys["at"],
      fields: fields, bytes: bytes)
  }

  /// All files of the folder, by path.
  static func load() throws -> [VectorFile] {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.vectorFolder.path).sorted()
    return try folders.flatMap { folder in
      let names = try FileManager.default.contentsOfDirectory(atPath: Repository.vectorFolder.appending(path: folder).path).sorted()
      return try names.filter { $0.hasSuffix(".s2v") }.map { name in
        let file = Repository.vectorFolder.appending(path: folder).appending(path: name)
        return try VectorFile(path: "\(folder)/\(name.dropLast(4))", text: String(contentsOf: file, encoding: .utf8))
      }
    }
  }

  func write() throws {
    let file = Repository.vectorFolder.appending(path: path + ".s2v")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}
