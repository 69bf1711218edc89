@testable import S2WMPCapture

/// What tshark says about a capture with every checksum verified.
enum Tshark {
  static func fields(_ path: String, _ names: [String], filter: String = "", settings: [String] = []) -> [[String]]? {
    var command = ["tshark", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    for setting in ["tcp.check_checksum:TRUE", "ip.check_checksum:TRUE", "udp.check_checksum:TRUE"] + settings { command += ["-o", setting] }
    if !filter.isEmpty { command += ["-Y", filter] }
    for name in names { command += ["-e", name] }
    return output(of: command)?.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
  }

  /// Numbers of the frames that tshark complains about, with what it says.
  static func complaints(_ path: String, settings: [String] = []) -> [[String]]? {
    let bad = "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || _ws.malformed || _ws.expert.severity >= 6291456"
    return fields(path, ["frame.number", "_ws.expert.message"], filter: bad, settings: settings)
  }
}
