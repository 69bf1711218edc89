import S2WMPWire

/// A layout's rows boiled down to what writing them needs: made once from the rows, walked for every packet.
///
/// SAFETY: the steps are written once, before anything else can see them, and never again.
struct FieldPlan: @unchecked Sendable {
  enum Kind: UInt8 {
    case byte
    case two
    case three
    case four
    case eight
    /// Fixed bytes as hex.
    case hex
    /// A counted field as hex.
    case countedHex
    case address
    case name
    case name16
    /// The last byte of the packet.
    case lastByte
  }

  struct Step {
    /// `"name":` with the comma before it, in the plan's text.
    var label: UnsafePointer<UInt8>
    var labelCount: Int
    var kind: Kind
    var offset: Int
    /// Offset of the length that shifts it, or −1.
    var shift: Int
    /// Bytes of a fixed field.
    var size: Int
    /// Offset and width of the length that counts it.
    var countAt: Int
    var countWidth: Int
  }

  let steps: UnsafeMutablePointer<Step>
  let count: Int

  /// One plan a layout, in the order of their raw values. Lives as long as the program.
  static let all: [FieldPlan] = LayoutID.allCases.map(FieldPlan.init)

  private init(_ layout: LayoutID) {
    let rows = layout.rows
    count = rows.count
    steps = .allocate(capacity: rows.count)
    for (index, row) in rows.enumerated() {
      let label = Array("\(index == 0 ? "" : ",")\"\(row.name)\":".utf8)
      let text = UnsafeMutablePointer<UInt8>.allocate(capacity: label.count)
      text.initialize(from: label, count: label.count)
      (steps + index).initialize(to: Self.step(row, layout, UnsafePointer(text), label.count))
    }
  }

  private static func step(_ row: FieldRow, _ layout: LayoutID, _ label: UnsafePointer<UInt8>, _ labelCount: Int) -> Step {
    var step = Step(
      label: label, labelCount: labelCount, kind: .hex, offset: row.offset, shift: row.shiftedBy ?? -1, size: 0, countAt: 0, countWidth: 0)
    switch row.extent {
    case .fixed(let size):
      step.size = size
      step.kind = row.fromEnd != nil ? .lastByte : kind(row.kind, size)
    case .counted(let by):
      let counter = layout.row(named: by)
      step.countAt = counter?.offset ?? 0
      if case .fixed(let width) = counter?.extent { step.countWidth = width }
      step.kind = row.kind == .text ? .name : .countedHex
    case .rest: step.kind = .name16
    }
    return step
  }

  private static func kind(_ kind: FieldKind, _ size: Int) -> Kind {
    switch (kind, size) {
    case (.address, _): .address
    case (.unsigned, 1): .byte
    case (.unsigned, 2): .two
    case (.unsigned, 3): .three
    case (.unsigned, 4): .four
    case (.unsigned, 8): .eight
    default: .hex
    }
  }
}
