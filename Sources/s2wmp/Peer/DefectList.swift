import S2WMPPeer

/// What `--defect list` prints: name, requirement, kind, and what the peer does wrong.
enum DefectList {
  static var text: String {
    PlantedDefect.all.map { defect in
      "\(padded(defect.name, 22))\(padded(defect.requirement, 28))\(padded(defect.kind.rawValue, 20))\(defect.summary)\n"
    }.joined()
  }

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
}
