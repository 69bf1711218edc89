/// Wireshark calls a program in its extcap folder without a subcommand: `s2wmp --extcap-interfaces`, `s2wmp --capture --extcap-interface …`.
enum ExtcapArguments {
  /// The arguments of a command line, without the program's name, with the subcommand that Wireshark leaves out.
  static func completed(_ arguments: [String]) -> [String] {
    isCall(arguments) ? ["extcap"] + arguments : arguments
  }

  private static func isCall(_ arguments: [String]) -> Bool {
    guard let first = arguments.first else { return false }
    return first.hasPrefix("--extcap") || ["--capture", "--fifo"].contains(first) && arguments.contains { $0.hasPrefix("--extcap") }
  }
}
