import S2WMPAnalysis
import S2WMPReport

/// All formats at once, and what holds for what they print.
final class EveryFormat {
  private let json = CollectedLine()
  private let writer: NDJSONWriter
  private var text = TextLine(TextOptions(time: .delta, width: 100))
  private var tree = TreeBlock(TextOptions(time: .clock, dumpLimit: 64))
  private var csv = CSVLine()
  private var scratch: [UInt8] = []

  init() { writer = NDJSONWriter(json.buffer) }

  func check(_ packet: Dissection) throws(FuzzViolation) {
    try checkJSON(packet)
    scratch.removeAll(keepingCapacity: true)
    text.append(packet, to: &scratch)
    try checkPrintable("text")
    scratch.removeAll(keepingCapacity: true)
    tree.append(packet, to: &scratch)
    try checkPrintable("tree")
    scratch.removeAll(keepingCapacity: true)
    csv.append(packet, to: &scratch)
    try checkPrintable("csv")
  }

  /// One whole line, from which `encode` makes the same bytes.
  private func checkJSON(_ packet: Dissection) throws(FuzzViolation) {
    let line = json.take { writer.write(packet) }
    try FuzzViolation.require(line.first == UInt8(ascii: "{") && line.last == 0x0a, "its JSON is no whole line")
    try FuzzViolation.require(line.filter { $0 == 0x0a }.count == 1, "its JSON is several lines")
    // Of a longer run only the beginning is shown, from which nothing can be made.
    guard UInt64(packet.bytes.count) == packet.length else { return }
    let packets: [EncodedPacket]
    do throws(EncodeInputError) { packets = try EncodeInput.packets(from: line) } catch {
      throw FuzzViolation("encode refuses its JSON: \(error)")
    }
    try FuzzViolation.require(packets.map(\.bytes) == [Array(packet.bytes)], "encode makes other bytes from its JSON")
  }

  /// Valid UTF-8 that cannot drive a terminal.
  private func checkPrintable(_ format: String) throws(FuzzViolation) {
    guard let text = String(validating: scratch, as: UTF8.self) else { throw FuzzViolation("its \(format) is not UTF-8") }
    // The csv's lines end in CR LF.
    let isCSV = format == "csv"
    let control = text.unicodeScalars.first { ($0.value < 0x20 && !(isCSV && $0.value == 0x0d) && $0.value != 0x0a) || (0x7f...0x9f).contains($0.value) }
    if let control { throw FuzzViolation("its \(format) has the control character \(control.value)") }
    try FuzzViolation.require(scratch.last == 0x0a, "its \(format) does not end its line")
  }
}

/// What is written to a `LineBuffer`, line by line.
private final class CollectedLine {
  private final class Bytes { var value: [UInt8] = [] }
  private let bytes: Bytes
  let buffer: LineBuffer

  init() {
    let bytes = Bytes()
    self.bytes = bytes
    buffer = LineBuffer(capacity: 4096) { bytes.value.append(contentsOf: $0) }
  }

  func take(_ write: () -> Void) -> [UInt8] {
    bytes.value.removeAll(keepingCapacity: true)
    write()
    buffer.flush()
    return bytes.value
  }
}
