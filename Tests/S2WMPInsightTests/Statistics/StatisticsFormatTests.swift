import Foundation
import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPInsight

@Suite("Statistics for programs")
struct StatisticsFormatTests {
  @Test("the JSON is one object with every table, and says what is missing")
  func json() throws {
    var options = StatisticsOptions()
    options.top = 5
    let bytes = StatisticsJSON(try StatisticsTextTests.facts(), options).render()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(Set(object.keys) == Set(StatisticsSection.allCases.map(\.rawValue) + ["files", "left_out"]))
    #expect((object["conversations"] as? [Any])?.count == 5)
    #expect((object["left_out"] as? [String: Int])?["conversations"] == 35)
    let users = try #require(object["users"] as? [[String: Any]])
    let alice = try #require(users.first { $0["id"] as? String == SurveySample.identifier(1).hex })
    #expect(alice["names"] as? [String] == ["\u{1b}]0;owned\u{7}=cmd|' /C calc'!A0\",\r\n\u{202e}"])
    #expect((alice["keys"] as? [[String: Any]])?.first?["bits"] is NSNull)
    #expect((alice["statuses"] as? [[String: Any]])?.first?["frame"] as? Int == 1)
    #expect(bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a })
  }

  @Test("every table is CSV with as many cells in each row as its header has", arguments: StatisticsSection.allCases)
  func csv(section: StatisticsSection) throws {
    let bytes = StatisticsCSV(try StatisticsTextTests.facts(), section, StatisticsOptions()).render()
    let records = Self.records(String(decoding: bytes, as: UTF8.self))
    #expect(records.count > 1)
    for record in records { #expect(record.count == records[0].count) }
    #expect(Set(records[0]).count == records[0].count && !records[0].contains(""))
    for cell in records.joined() { #expect(!["=", "+", "-", "@", "\t", "\r"].contains { cell.hasPrefix($0) }, "\(cell)") }
  }

  @Test("a table's keys are the same in JSON and CSV", arguments: StatisticsSection.allCases)
  func keys(section: StatisticsSection) throws {
    var options = StatisticsOptions()
    options.sections = [section]
    let facts = try StatisticsTextTests.facts()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(StatisticsJSON(facts, options).render())) as? [String: Any])
    let first = try #require(object[section.rawValue] as? [String: Any] ?? (object[section.rawValue] as? [[String: Any]])?.first)
    let header = Self.records(String(decoding: StatisticsCSV(facts, section, options).render(), as: UTF8.self))[0]
    #expect(Set(first.keys) == Set(header))
  }

  /// As RFC 4180 reads them.
  private static func records(_ text: String) -> [[String]] {
    var (records, cell, isQuoted): ([[String]], String, Bool) = ([[]], "", false)
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      if isQuoted {
        let isDoubled = scalar == "\"" && rest.first == "\""
        if isDoubled { rest.removeFirst() }
        if scalar == "\"" && !isDoubled { isQuoted = false } else { cell.unicodeScalars.append(scalar) }
      } else if scalar == "\"" {
        isQuoted = true
      } else if scalar == "," || scalar == "\n" {
        records[records.count - 1].append(cell.hasSuffix("\r") && scalar == "\n" ? String(cell.unicodeScalars.dropLast()) : cell)
        cell = ""
        if scalar == "\n" && !rest.isEmpty { records.append([]) }
      } else {
        cell.unicodeScalars.append(scalar)
      }
    }
    return records
  }
}
