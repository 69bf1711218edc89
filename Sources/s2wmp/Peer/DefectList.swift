import S2WMPPeer

/// What `--defect list` prints: name, requirement, kind, and what is done wrong.
enum DefectList {
  static var text: String { PlantedDefect.all.map { line($0.name, $0.requirement, $0.kind, $0.summary) }.joined() }
  static var serverText: String { ServerDefect.all.map { line($0.name, $0.requirement, $0.kind, $0.summary) }.joined() }

  private static func line(_ name: String, _ requirement: String, _ kind: PlantedDefect.Kind, _ summary: String) -> String {
    "\(padded(name, 22))\(padded(requirement, 28))\(padded(kind.rawValue, 20))\(summary)\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
}
