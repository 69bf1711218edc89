import Glibc
import S2WMPFlow
import S2WMPFuzz

extension TargetArguments {
  /// The folder of `--out`, made when it is missing. Looked at before anything is sent.
  func reportFolder() throws -> ReportFolder? {
    guard let out else { return nil }
    do throws(ReportWriteError) { return try ReportFolder(out) } catch { throw CommandError(description: error.description) }
  }

  /// What `replay` needs to know again.
  var replayOptions: [String] {
    var options: [String] = []
    if let peerID { options += ["--peer-id", peerID] }
    if role != .peer { options += ["--role", role.rawValue] }
    if dialect != .v1 { options += ["--dialect", dialect.name] }
    if readTimeout != 5 { options += ["--read-timeout", "\(readTimeout)"] }
    if ttl != 900 { options += ["--ttl", "\(ttl)"] }
    if ban != 60 { options += ["--ban", "\(ban)"] }
    if let spawn { options += ["--spawn", spawn] }
    if let pid { options += ["--pid", "\(pid)"] }
    return options
  }
}

extension ReportFolder {
  /// Everything that a run leaves behind.
  func write(_ report: RunReport, endpoint: Endpoint?) throws {
    let place = endpoint ?? Endpoint.ipv4(0x7f00_0001, port: 5000)
    do {
      try ReportWriter.write(report, to: self) { finding, path in
        try ExchangeCapture.write(finding.exchange, target: place, started: report.started, to: path)
      }
    } catch let error as ReportWriteError {
      throw CommandError(description: error.description)
    }
  }
}
