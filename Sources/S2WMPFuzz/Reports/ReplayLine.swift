/// The command that tries a finding again, to be copied into a shell.
public enum ReplayLine {
  /// - target: left out when the options say how the target is started.
  public static func of(_ file: String, target: String, options: [String]) -> String {
    let startsOne = options.contains { $0 == "--spawn" || $0 == "--in-process" }
    return (["s2wmp", "replay", file] + (startsOne || target.isEmpty ? [] : [target]) + options).map(shellWord).joined(separator: " ")
  }

  private static func shellWord(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x3a, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"): true
      default: false
      }
    }
    return isPlain && !word.isEmpty ? word : "'\(word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
