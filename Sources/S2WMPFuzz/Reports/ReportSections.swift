import S2WMPReport
import S2WMPWire

/// A finding and the name of its files, which is also its ID.
struct NamedFinding {
  /// `6.1-5.hash.wrong-error`: only letters, digits, points and hyphens.
  var name: String
  var finding: Finding
}

/// The requirements of one section of the wire format.
struct ReportSection {
  var section: String
  var results: [RequirementResult]

  func count(_ status: RequirementResult.Status) -> Int { results.filter { $0.status == status }.count }
}

extension RunReport {
  /// The findings in their order, each with a name of its own.
  var namedFindings: [NamedFinding] {
    var used: Set<String> = []
    return findings.map { finding in
      let plain = FindingName.of(finding.mismatch.requirement, finding.mismatch.kind)
      var name = plain
      var copies = 1
      while !used.insert(name).inserted {
        copies += 1
        name = "\(plain).\(copies)"
      }
      return NamedFinding(name: name, finding: finding)
    }
  }

  /// Every requirement with a finding fails, and every finding has its requirement, whoever made the list.
  var settledResults: [RequirementResult] {
    let found = Set(findings.map(\.mismatch.requirement))
    var results = requirements
    for index in results.indices where results[index].status != .fail && found.contains(results[index].requirement.id) { results[index].status = .fail }
    var known = Set(results.map(\.requirement.id))
    for finding in findings where known.insert(finding.mismatch.requirement).inserted {
      let id = finding.mismatch.requirement
      results.append(RequirementResult(Requirement(id, finding.mismatch.kind.rawValue, "", role: role, dialect: dialect), .fail, cases: 1))
    }
    return results
  }

  /// In the order in which sections first appear.
  var sections: [ReportSection] {
    var out: [ReportSection] = []
    for result in settledResults {
      if let index = out.firstIndex(where: { $0.section == result.requirement.section }) {
        out[index].results.append(result)
      } else {
        out.append(ReportSection(section: result.requirement.section, results: [result]))
      }
    }
    return out
  }

  func requirement(_ id: String) -> Requirement? { requirements.first { $0.requirement.id == id }?.requirement }

  /// RFC 3339, UTC.
  var startedText: String {
    var out: [UInt8] = []
    Notation.appendSecond(Int64(clamping: started / 1000), to: &out)
    return String(decoding: out, as: UTF8.self) + ".\(String(started % 1000 + 1000).dropFirst())Z"
  }
}

/// Names of files, from names of requirements.
public enum FindingName {
  /// `6.1/5.hash` and `wrong-error` give `6.1-5.hash.wrong-error`. Nothing in it means anything to a shell or a file system.
  public static func of(_ requirement: String, _ kind: FindingKind) -> String {
    let safe = requirement.utf8.prefix(80).map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): Character(Unicode.Scalar(byte))
      default: Character("-")
      }
    }
    let name = String(safe)
    let isHidden = name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-")
    return "\(isHidden ? "x" : "")\(name).\(kind.rawValue)"
  }
}
