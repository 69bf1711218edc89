import S2WMPWire
import Testing

@Suite("Appendix L: names in UTF-16BE, padded with spaces")
struct UTF16NameTests {
  private static let samples: [(units: [UInt16], wtf8: [UInt8])] = [
    ([], []), ([0x41], [0x41]), ([0x7f, 0x80], [0x7f, 0xc2, 0x80]), ([0x7ff, 0x800], [0xdf, 0xbf, 0xe0, 0xa0, 0x80]),
    ([0xd7ff, 0xe000, 0xffff], [0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0xef, 0xbf, 0xbf]),
    ([0xd800, 0xdc00], [0xf0, 0x90, 0x80, 0x80]), ([0xdbff, 0xdfff], [0xf4, 0x8f, 0xbf, 0xbf]),
    ([0xd800], [0xed, 0xa0, 0x80]), ([0xdfff, 0xd800], [0xed, 0xbf, 0xbf, 0xed, 0xa0, 0x80]), ([0, 0x41], [0, 0x41]),
  ]

  @Test("Code units and their bytes, unpaired surrogates included, both ways")
  func roundTrip() {
    for (units, wtf8) in Self.samples {
      #expect(UTF16Name.wtf8(units) == wtf8)
      #expect(UTF16Name.codeUnits(wtf8: wtf8) == units)
    }
  }

  @Test("Every code unit survives, alone and between letters")
  func everyUnit() {
    for unit in UInt16.min...UInt16.max {
      for units in [[unit], [0x61, unit, 0x62]] where UTF16Name.codeUnits(wtf8: UTF16Name.wtf8(units)) != units {
        Issue.record("code unit \(unit)")
      }
    }
  }

  @Test("What is no UTF-8 of any kind is refused")
  func refuses() {
    for text: [UInt8] in [
      [0x80], [0xc0, 0x80], [0xc3], [0xe0, 0x80, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xe2, 0x28, 0xa1],
    ] {
      #expect(UTF16Name.codeUnits(wtf8: text) == nil, "\(text)")
    }
  }

  @Test("Padding is dropped at the end only")
  func padding() {
    #expect(UTF16Name.codeUnits([0, 0x20, 0, 0x61, 0, 0x20, 0, 0x20]) == [0x20, 0x61])
    #expect(UTF16Name.codeUnits([0, 0x20, 0, 0x20]) == [])
    #expect(UTF16Name.codeUnits([0x20, 0x20]) == [0x2020])
    #expect(UTF16Name.codeUnits([0, 0x61, 0]) == [0x61], "half a code unit is none")
  }

  @Test("Names of 0 to 40 characters: padded to sixteen, never shortened")
  func lengths() throws {
    for count in 0...40 {
      var builder = try #require(PacketBuilder(.userBroadcast, .legacy))
      let name = [UInt8](repeating: 0x61, count: count)
      try builder.set("name", .text(name))
      let bytes = builder.build()
      #expect(bytes.count == (count <= 16 ? 59 : 59 + 2 * (count - 16)))
      try withView(bytes, .legacy) { view in
        let row = try #require(view.layout.row(named: "name"))
        #expect(view.value(of: row) == .text(name))
      }
    }
  }

  @Test("The cut form holds eight characters and the flag")
  func cut() throws {
    var builder = try #require(PacketBuilder(.userBroadcast, .legacy))
    builder.totalLength = 43
    try builder.set("name", .text(Array("alice".utf8)))
    try builder.set("reply", .unsigned(1))
    let bytes = builder.build()
    #expect(bytes.count == 43 && bytes.suffix(7) == [0, 0x20, 0, 0x20, 0, 0x20, 1])
    try withView(bytes, .legacy) { view in
      #expect(view.layout.rows.suffix(2).map { view.value(of: $0) } == [.text(Array("alice".utf8)), .unsigned(1)])
    }
  }
}
