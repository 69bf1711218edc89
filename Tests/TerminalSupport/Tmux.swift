import Foundation

/// A tmux server of its own: real terminals of a chosen size, what is on them, and keys for them. Ends with its owner.
package final class Tmux {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  package let folder: URL
  private let socket: URL
  private var server: pid_t?
  private let hasOwnNetwork: Bool

  /// - ownNetwork: everything in it sees a network with a loopback and nothing else; needs root.
  package init(ownNetwork: Bool = false) throws {
    hasOwnNetwork = ownNetwork
    folder = FileManager.default.temporaryDirectory.appending(path: "s2wmp-tmux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    socket = folder.appending(path: "tmux")
  }

  deinit {
    _ = try? run(["kill-server"])
    // A machine under load was seen to keep servers that were told to end.
    if let server, (try? String(contentsOfFile: "/proc/\(server)/comm", encoding: .utf8))?.hasPrefix("tmux") == true { kill(server, SIGKILL) }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Why tmux cannot be used here; nil when it can.
  package static func obstacle(ownNetwork: Bool = false) -> String? {
    do {
      let tmux = try Tmux(ownNetwork: ownNetwork)
      try tmux.start("probe", "cat")
      return nil
    } catch {
      return "tmux cannot run here: \(error)"
    }
  }

  /// A session named so that runs a command of the shell.
  package func start(_ session: String, _ command: String, columns: Int = 80, rows: Int = 24) throws {
    try run(["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-s", session, command])
    if server == nil { server = pid_t(try ask(session, "#{pid}")) }
  }

  package func keys(_ session: String, _ keys: String...) throws { try run(["send-keys", "-t", session] + keys) }

  package func type(_ session: String, _ text: String) throws { try run(["send-keys", "-t", session, "-l", text]) }

  /// As a person's terminal would: in brackets when the program asked for them.
  package func paste(_ session: String, _ text: String) throws {
    try run(["set-buffer", "-b", "clip", text])
    try run(["paste-buffer", "-p", "-b", "clip", "-t", session])
  }

  package func resize(_ session: String, columns: Int, rows: Int) throws {
    try run(["resize-window", "-t", session, "-x", "\(columns)", "-y", "\(rows)"])
  }

  package func screen(_ session: String, colours: Bool = false) throws -> String {
    try run(["capture-pane", "-p", "-t", session] + (colours ? ["-e"] : []))
  }

  /// Scrollback and screen.
  package func everything(_ session: String) throws -> String { try run(["capture-pane", "-p", "-S", "-", "-t", session]) }

  package func ask(_ session: String, _ format: String) throws -> String {
    try run(["display-message", "-p", "-t", session, format]).trimmingCharacters(in: .newlines)
  }

  /// The process that the session's shell runs.
  package func child(_ session: String) throws -> pid_t {
    let children = try Self.output("/usr/bin/pgrep", ["-P", try ask(session, "#{pane_pid}"), "-x", "s2wmp"])
    guard let pid = children.split(separator: "\n").first.flatMap({ pid_t($0) }) else { throw Failure(description: "no s2wmp runs in \(session)") }
    return pid
  }

  /// Whether the terminal edits lines itself, as it does for a shell.
  package func isCooked(_ session: String) throws -> Bool {
    let mode = try Self.output("/bin/stty", ["-a", "-F", try ask(session, "#{pane_tty}")])
    return !mode.contains("-icanon") && !mode.contains("-isig") && !mode.contains("-echo ")
  }

  /// The screen once it is as wanted. Waits long, as machines can be slow; says what was there instead.
  @discardableResult package func wait(_ session: String, until isRight: (String) throws -> Bool) throws -> String {
    var last = ""
    for _ in 0..<400 {
      last = try screen(session)
      if try isRight(last) { return last }
      usleep(50_000)
    }
    throw Failure(description: "the screen of \(session) stays like this:\n\(last)")
  }

  @discardableResult package func wait(_ session: String, for text: String) throws -> String { try wait(session) { $0.contains(text) } }

  @discardableResult private func run(_ arguments: [String]) throws -> String {
    let command = ["/usr/bin/tmux", "-S", socket.path, "-u", "-f", "/dev/null"] + arguments
    // The server keeps the network of the command that started it.
    let setUp = #"/sbin/ip link set lo up && exec "$@""#
    let apart = hasOwnNetwork && server == nil ? ["/usr/bin/unshare", "--net", "/bin/sh", "-c", setUp, "sh"] : []
    return try Self.output((apart + command)[0], Array((apart + command).dropFirst()))
  }

  private static func output(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    // tmux's server lives on with whatever it inherits; with the descriptor by which Foundation waits, the end would never be seen.
    let closing = #"(for file in /proc/self/fd/*; do file=${file##*/}; if [ "$file" -gt 2 ]; then eval "exec $file>&-"; fi; done; exec "$@"); exit $?"#
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", closing, "run", program] + arguments
    var environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "HOME": "/nonexistent", "TZ": "UTC"]
    environment["SHELL"] = "/bin/bash"
    process.environment = environment
    // A file: tmux's server lives on with whatever it inherits, and a pipe would never end.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "s2wmp-output-\(UUID().uuidString)")
    try Data().write(to: scratch)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let file = try FileHandle(forWritingTo: scratch)
    process.standardOutput = file
    process.standardError = file
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: scratch), as: UTF8.self)
    guard process.terminationStatus == 0 else { throw Failure(description: "\(program) \(arguments.joined(separator: " ")): \(text)") }
    return text
  }
}

/// The built program.
package enum BuiltProgram {
  /// Beside the test bundle.
  package static let path: String = {
    for argument in CommandLine.arguments {
      guard let end = argument.range(of: ".xctest") else { continue }
      let folder = URL(filePath: String(argument[..<end.lowerBound])).deletingLastPathComponent()
      if FileManager.default.isExecutableFile(atPath: folder.appending(path: "s2wmp").path) { return folder.appending(path: "s2wmp").path }
    }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug/s2wmp").path
  }()
}
