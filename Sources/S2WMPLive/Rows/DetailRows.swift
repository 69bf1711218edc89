import S2WMPAnalysis
import S2WMPReport

extension LiveModel {
  /// The open packet: when it came, its message if keys told it, fields, findings, bytes.
  mutating func detailRows(width: Int, height: Int) -> [StyledText] {
    guard let packet = selectedPacket, var view = detail else { return [] }
    var options = settings.text
    options.width = width
    options.dumpLimit = 1 << 16
    let names = line.names
    let rows = view.rows(of: packet, width: width, height: height) { packet, _ in Self.detailRows(of: packet, options, names) }
    detail = view
    return rows.map { $0.fitted(to: width) }
  }

  private static func detailRows(of packet: LivePacket, _ options: TextOptions, _ names: NameBook) -> [StyledText] {
    packet.withDissection { dissection in
      var block = TreeBlock(options, names: names)
      var bytes: [UInt8] = []
      block.append(dissection, to: &bytes)
      // The heading stands in the pane's title.
      var rows = bytes.split(separator: 0x0a, omittingEmptySubsequences: true).dropFirst().map { StyledText(line: $0, colour: options.hasColour) }
      rows.insert(contentsOf: messageRows(dissection, options), at: min(1, rows.count))
      return rows
    }
  }

  /// A message that is too long for the row of its field, with its own lines.
  private static func messageRows(_ packet: Dissection, _ options: TextOptions) -> [StyledText] {
    guard let text = packet.opened?.plaintext, text.count > 16 || text.contains(0x0a) else { return [] }
    let width = (options.width ?? 80) - 7
    return StyledText.wrapped(text, width: width, limit: 1000, colour: options.hasColour).enumerated().map { index, row in
      var out = StyledText(colour: options.hasColour)
      out.append(index == 0 ? "     \" " : "       ")
      out.append(row)
      return out
    }
  }

  /// `#22 M Message, 498 bytes, v1  10.0.0.7:41022 → 10.0.0.9:5000`.
  func detailTitle(_ packet: LivePacket) -> StyledText {
    packet.withDissection { packet in
      var out = styled(nil, "#\(packet.frame) \(packet.name)")
      out.append("  \(packet.type?.longName.map { "\($0), " } ?? "")\(counted(packet.length, "byte")), \(packet.dialect.name)  ")
      out.append { Notation.appendEndpoint(packet.source, to: &$0) }
      out.append(" → ")
      out.append { Notation.appendEndpoint(packet.destination, to: &$0) }
      return out
    }
  }
}
