import S2WMPAnalysis
import S2WMPReport

/// Takes dissected packets, keeps those that match, and prints them in the format asked for.
final class PacketPrinter: RecordingSink {
  private enum Style {
    case nothing
    case text(TextLine)
    case tree(TreeBlock)
    case ndjson(NDJSONWriter)
    case json(NDJSONWriter, JSONArray)
    case csv(CSVLine)
    case ek(EKWriter)
    case columns([FieldColumn])
  }

  private let out: LineBuffer
  private let filter: DisplayFilter?
  private let limit: UInt64
  private let isQuiet: Bool
  private var style: Style
  /// Set when every packet is only counted, or only written as NDJSON: the two ways that have to be fast.
  private let isCounter: Bool
  private let plainWriter: NDJSONWriter?
  private var scratch: [UInt8] = []
  private var summary = ClosingSummary()
  /// Packets that matched.
  private(set) var matched: UInt64 = 0
  /// Packets among them with a finding of severity error.
  private(set) var broken: UInt64 = 0
  /// Frames of the packets that matched, when they are wanted.
  var frames: FrameSet? {
    didSet { keepsFrames = frames != nil }
  }
  private var keepsFrames = false
  /// As many were shown as were asked for.
  var isDone: Bool { matched >= limit }

  /// - counting: print nothing.
  init(_ arguments: DisplayArguments, to out: LineBuffer, counting: Bool) throws {
    self.out = out
    filter = try arguments.compiledFilter()
    limit = arguments.limit ?? .max
    isQuiet = arguments.quiet
    let columns = try arguments.columns()
    isCounter = counting && filter == nil
    plainWriter = counting || filter != nil || arguments.format != .ndjson ? nil : NDJSONWriter(out)
    if counting {
      style = .nothing
      return
    }
    switch arguments.format {
    case .text: style = columns.map { .columns($0) } ?? .text(TextLine(arguments.textOptions))
    case .tree: style = .tree(TreeBlock(arguments.textOptions))
    case .ndjson: style = .ndjson(plainWriter ?? NDJSONWriter(out))
    case .json: style = .json(NDJSONWriter(out), JSONArray())
    case .ek: style = .ek(EKWriter(out))
    case .csv: style = .csv(columns.map { CSVLine($0.map { column in CSVLine.Column(column.name) { column.append($0, to: &$1) } }) } ?? CSVLine())
    }
  }

  /// Whether what is printed depends on later packets, so that they must come sorted.
  var needsOrder: Bool {
    if case .nothing = style { return filter != nil || limit != .max }
    return true
  }

  /// What stands before the first packet even when none comes.
  func begin() {
    scratch.removeAll(keepingCapacity: true)
    switch style {
    case .csv(var line):
      if !isQuiet { line.appendHeader(to: &scratch) }
      style = .csv(line)
    case .json(let writer, var array):
      array.begin(to: &scratch)
      style = .json(writer, array)
    default: break
    }
    out.append(scratch)
  }

  func receive(_ packet: borrowing Dissection) {
    if isDone { return }
    if isCounter || plainWriter != nil {
      matched += 1
      note(packet)
      plainWriter?.write(packet)
      return
    }
    take(copy packet)
  }

  private func take(_ packet: Dissection) {
    if let filter, !filter.matches(packet) { return learn(packet) }
    matched += 1
    note(packet)
    print(packet)
  }

  private func note(_ packet: borrowing Dissection) {
    if !packet.findings.isEmpty, packet.findings.worst == .error { broken += 1 }
    if keepsFrames { for frame in packet.frames { frames?.insert(frame) } }
  }

  /// Names are learned from packets that are not shown, too.
  private func learn(_ packet: Dissection) {
    switch style {
    case .text(var line):
      style = .nothing
      line.learn(packet)
      style = .text(line)
    case .tree(var block):
      style = .nothing
      block.learn(packet)
      style = .tree(block)
    default: break
    }
  }

  private func print(_ packet: Dissection) {
    scratch.removeAll(keepingCapacity: true)
    // Taken out while it changes, so that its state is not copied.
    let current = style
    style = .nothing
    style = print(packet, current)
    if !scratch.isEmpty { out.append(scratch) }
  }

  private func print(_ packet: Dissection, _ style: consuming Style) -> Style {
    switch style {
    case .nothing: return .nothing
    case .text(var line):
      if matched == 1 && !isQuiet { line.appendHeading(to: &scratch) }
      summary.count(packet)
      line.append(packet, to: &scratch)
      return .text(line)
    case .tree(var block):
      summary.count(packet)
      block.append(packet, to: &scratch)
      return .tree(block)
    case .ndjson(let writer):
      writer.write(packet)
      return .ndjson(writer)
    case .json(let writer, var array):
      array.separate(to: &scratch)
      out.append(scratch)
      scratch.removeAll(keepingCapacity: true)
      writer.object(packet)
      return .json(writer, array)
    case .csv(var line):
      line.append(packet, to: &scratch)
      return .csv(line)
    case .ek(let writer):
      writer.write(packet)
      return .ek(writer)
    case .columns(let columns):
      for (index, column) in columns.enumerated() {
        if index > 0 { scratch.append(0x09) }
        column.append(packet, to: &scratch)
      }
      scratch.append(0x0a)
      return .columns(columns)
    }
  }

  /// What comes after the last packet.
  func end() {
    if case .json(let writer, var array) = style {
      scratch.removeAll(keepingCapacity: true)
      array.end(to: &scratch)
      style = .json(writer, array)
      out.append(scratch)
    }
    out.flush()
  }

  /// The closing line of the formats that people read; nil for the others.
  func closing(conversations: UInt64, hint: String?) -> String? {
    if isQuiet { return nil }
    switch style {
    case .text, .tree: return summary.text(conversations: Int(clamping: conversations), hint: hint)
    default: return nil
    }
  }
}
