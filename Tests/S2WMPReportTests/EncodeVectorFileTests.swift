import Foundation
import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

/// `Fixtures/vectors`: each file's bytes as a datagram of a capture deserve the finding that the file names.
@Suite("Encoding: vector files, sent as datagrams and decoded")
struct EncodeVectorFileTests {
  private struct File {
    var path: String
    var keys: [String: String] = [:]
    var hex = ""
  }

  private func files() throws -> [File] {
    let folder = EncodeSamples.root.appending(path: "Fixtures/vectors")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".s2v") }.sorted()
    return try paths.map { path in
      var file = File(path: path)
      let parts = try String(contentsOf: folder.appending(path: path), encoding: .utf8).components(separatedBy: "\n\n")
      for line in parts[0].split(separator: "\n") where !line.hasPrefix("field: ") {
        let words = line.split(separator: ":", maxSplits: 1)
        file.keys[String(words[0])] = words[1].trimmingCharacters(in: .whitespaces)
      }
      file.hex = parts.dropFirst().joined().replacingOccurrences(of: "\n", with: "")
      return file
    }
  }

  /// Findings that follow from the filler in place of keys and hashes, or from the lack of a counterpart and of a likely time.
  private static let expected: [ExpertCode] = [
    .idMismatch, .keyWeak, .keyInvalid, .hashMismatch, .ackUnmatched, .ackRejected, .requestUnanswered, .clockSkew, .idCollision, .keyChanged, .replay,
  ]

  @Test("The finding of every file", arguments: Dialect.allCases)
  func findings(_ dialect: Dialect) throws {
    let files = try files().filter { $0.keys["dialect"] == dialect.name }
    #expect(files.count > 100)
    var options = AnalysisOptions()
    options.dialect = dialect
    for file in files {
      // The first packet of the conversation shows that it is one; the second is the vector.
      let place = #""dialect":"\#(dialect.name)","transport":"udp","src":"10.0.0.7:5000","dst":"10.0.0.9:5000","time":"2016-11-24T15:06:40.000000000Z""#
      let text = #"{"name":"REG",\#(place),"fields":{}}{\#(place),"hex":"\#(file.hex)"}"#
      let packets = try Decoded.reading(EncodeSamples.packets(text), options: options)
      #expect(packets.count == 2, "\(file.path)")
      let codes = try #require(packets.last).findings.codes.filter { !Self.expected.contains($0) }.map(\.name)
      #expect(codes == (file.keys["expect"] == "valid" ? [] : [file.keys["expect"]]), "\(file.path)")
    }
  }
}
