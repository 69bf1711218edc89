import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// The `tree` format: a block a packet, with every field's offset, bytes, name and meaning, the findings, and a hex dump.
public struct TreeBlock {
  public let options: TextOptions
  public private(set) var names = NameBook()
  private var line: StyledText
  private var cut: StyledText
  private var isFirst = true

  private static let hexColumn = 7
  private var nameColumn: Int { Self.hexColumn + bytesShown * 3 + (bytesShown > 0 ? 3 : 0) }
  private var valueColumn: Int { nameColumn + 14 }
  /// Bytes that stand beside a field's name: fewer on narrow terminals.
  private var bytesShown: Int {
    let width = options.width ?? .max
    return width < 64 ? 0 : width < 100 ? 4 : 8
  }

  public init(_ options: TextOptions = TextOptions()) {
    self.options = options
    line = StyledText(colour: options.hasColour)
    cut = line
  }

  /// One that knows these names.
  package init(_ options: TextOptions, names: NameBook) {
    self.init(options)
    self.names = names
  }

  /// To be called for every packet, also for those that are not shown, so that names are known as early as possible.
  public mutating func learn(_ packet: Dissection) { names.learn(from: packet) }

  /// One block; an empty line stands between two.
  public mutating func append(_ packet: Dissection, to out: inout [UInt8]) {
    learn(packet)
    if !isFirst { out.append(0x0a) }
    isFirst = false
    appendHeading(packet, to: &out)
    let experts = packet.experts()
    if let view = packet.view {
      for row in view.layout.rows { appendField(row, view, experts, packet.opened, to: &out) }
    }
    for expert in experts { appendFinding(expert, to: &out) }
    appendAnswer(packet, to: &out)
    appendDump(packet, to: &out)
  }

  private mutating func finish(to out: inout [UInt8]) {
    if let width = options.width, line.columns > width {
      cut.clear()
      cut.append(line, room: width)
      out.append(contentsOf: cut.bytes)
    } else {
      out.append(contentsOf: line.bytes)
    }
    out.append(0x0a)
    line.clear()
  }

  /// `#17  M  Message, 492 bytes, v1`, the addresses, and below them when and how it came.
  private mutating func appendHeading(_ packet: Dissection, to out: inout [UInt8]) {
    line.append("#\(packet.frame)  ")
    line.styled(packet.layout == nil ? .bad : nil) { $0.append(packet.name) }
    let title = packet.type?.longName.map { "\($0), " } ?? ""
    line.append("  \(title)\(counted(packet.length, "byte")), \(packet.dialect.name)")
    line.advance(to: valueColumn + 11)
    line.append { Notation.appendEndpoint(packet.source, to: &$0) }
    line.append(" → ")
    line.append { Notation.appendEndpoint(packet.destination, to: &$0) }
    finish(to: &out)
    var times = TextTimes()
    line.append("     ")
    times.append(packet.time, .date, to: &line)
    line.append(packet.time.isNone ? "  " : " UTC  ")
    line.append("\(packet.transport == .tcp ? "TCP" : "UDP") conversation \(packet.stream)")
    appendFrames(packet)
    finish(to: &out)
  }

  private mutating func appendFrames(_ packet: Dissection) {
    if packet.frames.count < 2 { return }
    line.append(", frames ")
    for (index, frame) in packet.frames.prefix(8).enumerated() { line.append(index == 0 ? "\(frame)" : ", \(frame)") }
    if packet.frames.count > 8 { line.append(", … (\(packet.frames.count) in all)") }
  }

  private mutating func appendField(_ row: FieldRow, _ view: PacketView, _ experts: [Expert], _ opened: OpenedPacket?, to out: inout [UInt8]) {
    let range = view.range(of: row)
    let bytes = UnsafeRawBufferPointer(rebasing: view.bytes[range])
    let offset = String(range.lowerBound)
    line.pad(to: 5 - offset.utf8.count)
    line.append(offset)
    line.advance(to: Self.hexColumn)
    if bytesShown > 0 { appendBytes(bytes) }
    line.advance(to: nameColumn)
    line.append(row.name)
    line.advance(to: valueColumn)
    let worst = experts.filter { $0.field == row.name }.map(\.severity).max()
    line.styled(worst.map { TextStyle($0) }) { text in
      FieldText(row: row, bytes: bytes, dialect: view.layout.dialect, names: names, options: options, opened: opened).append(to: &text)
      if worst != nil { text.append("  !") }
    }
    finish(to: &out)
  }

  private mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes.prefix(bytesShown) { line.append { $0 += [Hex.digit(byte >> 4), Hex.digit(byte & 15), 0x20] } }
    if bytes.count > bytesShown { line.append("…") }
    if bytes.isEmpty { line.append("–") }
  }

  private mutating func appendFinding(_ expert: Expert, to out: inout [UInt8]) {
    line.append("     ")
    line.append(expert)
    line.append("  (\(expert.severity.name) \(expert.code.name))")
    finish(to: &out)
  }

  private mutating func appendAnswer(_ packet: Dissection, to out: inout [UInt8]) {
    if packet.replyTo == 0 { return }
    line.append("     ← answers frame \(packet.replyTo)")
    if let latency = packet.latency {
      line.append(" after ")
      line.append(duration: latency)
    }
    finish(to: &out)
  }

  private mutating func appendDump(_ packet: Dissection, to out: inout [UInt8]) {
    let dump = HexDump(packet, limit: options.dumpLimit, width: options.width)
    for row in dump.rows {
      dump.append(row, to: &line)
      finish(to: &out)
    }
    if dump.hidden > 0 {
      line.append("       … \(dump.hidden) more bytes")
      finish(to: &out)
    }
  }
}
