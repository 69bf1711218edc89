import Foundation
import S2WMPWire
import Testing

/// `Fixtures/vectors`: one defect a file.
@Suite("Vector files")
struct VectorFileTests {
  static let files = Result { try VectorFile.load() }
  static var all: [VectorFile] { (try? files.get()) ?? [] }

  @Test("The files are the catalogue's; S2WMP_RECORD=1 writes them")
  func areCurrent() throws {
    let catalogue = VectorCatalogue.all.sorted { $0.path < $1.path }
    #expect(Set(catalogue.map(\.path)).count == catalogue.count, "two vectors of one name")
    if Repository.records {
      try? FileManager.default.removeItem(at: Repository.vectorFolder)
      for file in catalogue { try file.write() }
      Issue.record("wrote \(catalogue.count) vectors; run again without S2WMP_RECORD")
      return
    }
    let files = try Self.files.get().sorted { $0.path < $1.path }
    #expect(files.map(\.path) == catalogue.map(\.path))
    for (file, due) in zip(files, catalogue) { #expect(file.text == due.text, "\(file.path)") }
  }

  @Test("Every packet has valid vectors, and defective ones for each of its weak points")
  func isComplete() {
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) {
        let folder = (dialect == .legacy ? "legacy-" : "") + (type.shortName ?? "")
        let expected = Self.all.filter { $0.path.hasPrefix(folder + "/") }.map(\.expect)
        for code in ["valid", "malformed.version", "malformed.type", "malformed.truncated", "malformed.trailing"] {
          #expect(expected.contains(code), "\(folder) has no \(code)")
        }
      }
    }
  }

  @Test("Framing and fields are as the file says", arguments: all)
  func frames(_ file: VectorFile) throws {
    switch datagram(file.bytes, file.dialect) {
    case .fault(.version): #expect(file.expect == "malformed.version")
    case .fault(.type): #expect(file.expect == "malformed.type")
    case .fault(let fault): #expect(file.expect == "malformed.length" && fault.fieldName == file.at)
    case .truncated(let needed): #expect(file.expect == "malformed.truncated" && needed > file.bytes.count)
    case .trailing(let length): #expect(file.expect == "malformed.trailing" && length < file.bytes.count)
    case .packet: try expectFields(file)
    }
  }

  private func expectFields(_ file: VectorFile) throws {
    try withView(file.bytes, file.dialect) { view in
      #expect(view.undefinedValues == Self.undefined[file.expect], "\(view.undefinedValues)")
      #expect(view.layout.rows.map(\.name) == file.fields.map(\.name))
      for (row, field) in zip(view.layout.rows, file.fields) {
        #expect(Array(view.bytes[view.range(of: row)]) == field.bytes, "\(field.name)")
      }
      let (rebuilt, filled) = (try rebuild(view), try rebuild(view, withoutLengths: true))
      #expect(rebuilt == file.bytes && filled == file.bytes)
    }
  }

  private static let undefined: [String: UndefinedValues] = [
    "valid": [], "field.length": .length, "field.status": .status, "field.broadcast": .broadcast, "field.name": .name, "field.ack": .ack,
    "field.error": .error, "field.undefined": .reserved, "ack.inconsistent": .contradiction,
  ]

  @Test("Every prefix waits for more until the fault shows, and then stays at fault", arguments: all)
  func truncates(_ file: VectorFile) {
    if !file.expect.hasPrefix("malformed") { return expectPrefixesIncomplete(file.bytes, file.dialect) }
    var final: FrameStatus?
    for count in 0...file.bytes.count {
      let status = frame(file.bytes.prefix(count), file.dialect)
      if let final, file.bytes.prefix(2) != [1, 7] { #expect(status == final, "at \(count) bytes") }
      if case .incomplete(let needed) = status { #expect(needed > count) } else { final = final ?? status }
    }
    #expect((final == nil) == (file.expect == "malformed.truncated"))
  }
}
