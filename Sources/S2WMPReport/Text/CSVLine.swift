import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// The `csv` format, as RFC 4180 says: a header, a row a packet, CRLF behind each.
///
/// Values are never changed. One that a spreadsheet could take for a formula (a user name that begins with `=`, `+`, `-` or `@`) is put in quotes
/// like one with a comma, so that a reader who imports quoted cells as text is safe; a prefixed apostrophe would falsify the data for everyone else.
public struct CSVLine: Sendable {
  /// A column: its title, and what appends a packet's value; nothing when the packet has none.
  public struct Column: Sendable {
    public var title: String
    public var append: @Sendable (Dissection, inout [UInt8]) -> Void

    public init(_ title: String, _ append: @escaping @Sendable (Dissection, inout [UInt8]) -> Void) {
      self.title = title
      self.append = append
    }
  }

  public let columns: [Column]
  private var cell: [UInt8] = []

  public init(_ columns: [Column] = CSVLine.defaultColumns) { self.columns = columns }

  /// Columns of any names that filters know.
  public init(fields: [FieldColumn]) {
    self.init(fields.map { field in Column(field.name) { field.append($0, to: &$1) } })
  }

  public mutating func appendHeader(to out: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      if index > 0 { out.append(0x2c) }
      Self.append(cell: Array(column.title.utf8), to: &out)
    }
    out += [0x0d, 0x0a]
  }

  public mutating func append(_ packet: Dissection, to out: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      if index > 0 { out.append(0x2c) }
      cell.removeAll(keepingCapacity: true)
      column.append(packet, &cell)
      Self.append(cell: cell, to: &out)
    }
    out += [0x0d, 0x0a]
  }

  /// A cell, in quotes where they are needed.
  package static func append(cell: [UInt8], to out: inout [UInt8]) {
    guard needsQuotes(cell) else { return out.append(contentsOf: cell) }
    out.append(0x22)
    for byte in cell {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }

  private static func needsQuotes(_ cell: [UInt8]) -> Bool {
    switch cell.first {
    case nil: return false
    case 0x3d, 0x2b, 0x2d, 0x40, 0x20: return true
    default: return cell.last == 0x20 || cell.contains { $0 == 0x22 || $0 == 0x2c || $0 < 0x20 }
    }
  }
}

extension CSVLine {
  /// Capture facts, what the packet is, its status, its findings, what it answers, and what keys told.
  public static var defaultColumns: [Column] {
    [
      Column("frame") { Notation.appendDecimal($0.frame, to: &$1) },
      Column("time") { Notation.appendTime($0.time, to: &$1) },
      Column("transport") { $1.append(contentsOf: ($0.transport == .tcp ? "tcp" : "udp").utf8) },
      Column("stream") { Notation.appendDecimal(UInt64($0.stream), to: &$1) },
      Column("src") { Notation.appendEndpoint($0.source, to: &$1) },
      Column("dst") { Notation.appendEndpoint($0.destination, to: &$1) },
      Column("dialect") { $1.append(contentsOf: $0.dialect.name.utf8) },
      Column("name") { $1.append(contentsOf: $0.name.utf8) },
      Column("length") { Notation.appendDecimal($0.length, to: &$1) },
      Column("status") { appendCode("status", $0, to: &$1) },
      Column("error") { appendCode("error", $0, to: &$1) },
      Column("expert") { appendExperts($0, to: &$1) },
      Column("reply_to") { if $0.replyTo != 0 { Notation.appendDecimal($0.replyTo, to: &$1) } },
      Column("latency") { if let latency = $0.latency { Notation.appendSeconds(nanoseconds: latency, to: &$1) } },
      Column("plaintext") { if let text = $0.opened?.text { PlaintextText.append(text, escapingQuotes: false, to: &$1) } },
      Column("hash_ok") { if let isRight = $0.opened?.isHashRight { $1.append(contentsOf: "\(isRight)".utf8) } },
      Column("client") { if let client = $0.opened?.client { $1.append(contentsOf: client.hex.utf8) } },
    ]
  }

  /// The number of a code field, when the layout has it.
  private static func appendCode(_ name: String, _ packet: Dissection, to out: inout [UInt8]) {
    guard let view = packet.view, let row = view.layout.row(named: name) else { return }
    Notation.appendField(row.kind, UnsafeRawBufferPointer(rebasing: view.bytes[view.range(of: row)]), to: &out)
  }

  /// The codes, with spaces between them.
  private static func appendExperts(_ packet: Dissection, to out: inout [UInt8]) {
    if packet.findings.isEmpty { return }
    for (index, code) in packet.findings.codes.enumerated() {
      if index > 0 { out.append(0x20) }
      out.append(contentsOf: code.name.utf8)
    }
  }
}
