import Foundation
import S2WMPWire
import Testing

/// The records of a file of `Fixtures/published`: lines `name = hex`, an empty line after each record.
struct Published {
  private var values: [String: String]

  static func read(_ name: String) throws -> [Published] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures/published/\(name)")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    var records: [Published] = []
    for group in lines.filter({ !$0.hasPrefix("#") }).split(separator: "") {
      var values: [String: String] = [:]
      for line in group {
        let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        values[parts[0]] = parts.count > 1 ? parts[1] : ""
      }
      records.append(Published(values: values))
    }
    return records
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func bytes(_ name: String) throws -> [UInt8] {
    let hex = try #require(values[name], "no \(name)")
    return try #require(Hex.bytes(hex), "\(name) is no hex")
  }
}
