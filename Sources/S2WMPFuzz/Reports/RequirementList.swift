import S2WMPWire

/// The requirements as Markdown tables, for the documentation. What it says is read from the table that `conform` goes through.
public enum RequirementList {
  public static func markdown() -> String {
    let groups: [(title: String, role: TargetRole, dialect: Dialect)] = [
      ("Peers", .peer, .v1), ("Bootstrap servers", .bootstrap, .v1), ("Peers of the legacy dialect", .peer, .legacy),
      ("Bootstrap servers of the legacy dialect", .bootstrap, .legacy),
    ]
    return groups.map { group in
      let checks = Requirements.checks(for: group.role, group.dialect)
      return "### \(group.title)\n\n`\(command(group.role, group.dialect))`: \(checks.count) requirements.\n\n" + tables(checks)
    }.joined(separator: "\n\n")
  }

  private static func command(_ role: TargetRole, _ dialect: Dialect) -> String {
    "s2wmp conform --list" + (role == .peer ? "" : " --role \(role.rawValue)") + (dialect == .v1 ? "" : " --dialect \(dialect.name)")
  }

  private static func tables(_ checks: [Check]) -> String {
    var sections: [String] = []
    for check in checks where !sections.contains(check.requirement.section) { sections.append(check.requirement.section) }
    return sections.map { section in
      let heading = "#### \(section) \(Requirements.title(ofSection: section))\n\n| id | title | what it checks |\n|---|---|---|\n"
      return heading + checks.filter { $0.requirement.section == section }.map(row).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private static func row(_ check: Check) -> String {
    let unchecked = check.unchecked.map { " *Never checked here: \(cell($0)).*" } ?? ""
    return "| `\(check.id)` | \(cell(check.requirement.title)) | \(cell(check.requirement.sentence))\(unchecked) |"
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
