import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Tree format")
struct TreeBlockTests {
  func tree(_ samples: [PacketSample], _ options: TextOptions = TextOptions()) -> String {
    var format = TreeBlock(options)
    var out: [UInt8] = []
    for sample in samples { sample.dissect { format.append($0, to: &out) } }
    return String(decoding: out, as: UTF8.self)
  }

  func wrongMessage() throws -> PacketSample {
    try message(SampleIDs.alice, SampleIDs.bob, frame: 17, status: 9, body: 20).changed {
      $0.codes = [.fieldStatus, .tcpRetransmission]
      $0.replyTo = 3
      $0.latency = 1_500_000_000
    }
  }

  @Test("a message with a finding and an answer mark")
  func message17() throws { #expect(try tree([wrongMessage()]) == Snapshots.tree) }

  @Test("bytes that frame no packet")
  func malformed() {
    let sample = PacketSample(Array("GET / HTTP/1.1\r\n\r\n".utf8), frame: 30).changed {
      $0.isMalformed = true
      $0.length = 300
      $0.codes = [.malformedVersion]
    }
    #expect(tree([sample]) == Snapshots.malformedTree)
  }

  @Test("every packet of both dialects: each field by its name, each byte in the dump exactly once")
  func complete() throws {
    for dialect in Dialect.allCases {
      for type in PacketType.all(dialect) {
        let sample = try PacketSample(type, dialect)
        let lines = tree([sample]).split(separator: "\n").map(String.init)
        let layout = try #require(LayoutID(type, dialect))
        for row in layout.rows { #expect(lines.contains { $0.dropFirst(34).hasPrefix(row.name + " ") }) }
        let dump = lines.suffix((sample.bytes.count + 15) / 16)
        let hex = dump.flatMap { $0.dropFirst(6).prefix(48).split { $0 == " " || $0 == "|" } }.joined()
        #expect(hex == Hex.string(sample.bytes))
        #expect(dump.joined().filter { $0 == "|" }.count >= layout.rows.count - 2)
      }
    }
  }

  @Test("the dump is limited, and says so")
  func limit() throws {
    let text = try tree([message(SampleIDs.alice, SampleIDs.bob, body: 60000)], TextOptions(dumpLimit: 100))
    #expect(text.hasSuffix("       … 59980 more bytes\n"))
    #expect(text.split(separator: "\n").count == 21)
    #expect(try tree([message(SampleIDs.alice, SampleIDs.bob)], TextOptions(dumpLimit: 0)).hasSuffix("       … 492 more bytes\n"))
  }

  @Test("no line is longer than the width; colour shades fields instead of bars")
  func width() throws {
    for line in try tree([wrongMessage()], TextOptions(width: 60)).split(separator: "\n") { #expect(line.unicodeScalars.count <= 60) }
    let coloured = try tree([wrongMessage()], TextOptions(hasColour: true))
    #expect(coloured.contains("\u{1b}[31m9 (not defined)  !\u{1b}[0m"))
    #expect(coloured.contains(" 01\u{1b}[2m 01\u{1b}[0m 09"))
    #expect(!coloured.contains("|"))
  }

  @Test("names stand beside IDs; hostile ones are escaped")
  func names() throws {
    let text = try tree([introduction("al\u{1b}[31mice", SampleIDs.alice)])
    #expect(text.contains("\"al\\u001b[31mice\""))
    #expect(!text.contains("\u{1b}"))
  }
}

@Suite("JSON array and CSV")
struct CSVTests {
  @Test("an array of no, one and two objects")
  func array() {
    func text(_ count: Int) -> String {
      var array = JSONArray()
      var out: [UInt8] = []
      array.begin(to: &out)
      for _ in 0..<count {
        array.separate(to: &out)
        out += Array("{}".utf8)
      }
      array.end(to: &out)
      return String(decoding: out, as: UTF8.self)
    }
    #expect(text(0) == "[]\n")
    #expect(text(1) == "[\n{}\n]\n")
    #expect(text(2) == "[\n{},\n{}\n]\n")
  }

  @Test("the default columns")
  func rows() throws {
    var csv = CSVLine()
    var out: [UInt8] = []
    csv.appendHeader(to: &out)
    let ack = try PacketSample(.acknowledgement, frame: 18, ["error": .unsigned(2)]).changed {
      $0.codes = [.ackRejected, .ackUnmatched]
      $0.replyTo = 17
      $0.latency = 816_000
    }
    ack.dissect { csv.append($0, to: &out) }
    try message(SampleIDs.alice, SampleIDs.bob).changed { $0.milliseconds = nil }.dissect { csv.append($0, to: &out) }
    #expect(String(decoding: out, as: UTF8.self) == Snapshots.csv)
  }

  @Test("columns of any field that filters know; a name that looks like a formula is kept, in quotes")
  func fields() throws {
    var csv = try CSVLine(fields: ["frame", "name", "s2wmp.chat_request.name"].map { try FieldColumn($0) })
    var out: [UInt8] = []
    csv.appendHeader(to: &out)
    try introduction("=cmd", SampleIDs.alice, frame: 7).dissect { csv.append($0, to: &out) }
    let text = String(decoding: out, as: UTF8.self)
    #expect(text.hasPrefix("frame,name,s2wmp.chat_request.name\r\n7,"))
    #expect(text.hasSuffix(",\"=cmd\"\r\n"))
  }

  @Test("RFC 4180 quoting, formulas included")
  func quoting() {
    func cell(_ text: String) -> String { Notation.text { CSVLine.append(cell: Array(text.utf8), to: &$0) } }
    #expect(cell("plain") == "plain")
    #expect(cell("a,b") == "\"a,b\"")
    #expect(cell("say \"hi\"") == "\"say \"\"hi\"\"\"")
    #expect(cell("two\nlines") == "\"two\nlines\"")
    #expect(cell("=1+2") == "\"=1+2\"")
    #expect(cell("") == "")
  }
}
