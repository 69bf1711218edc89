import Foundation

/// A tmux server of its own: real terminals of a chosen size, what is on them, and keys for them. Ends with its owner.
final class Tmux {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let folder: URL
  private let socket: URL
  private var server: pid_t?

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "s2wmp-chat-\(UUID().uuidString)")
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
  static func obstacle() -> String? {
    do {
      let tmux = try Tmux()
      try tmux.start("probe", "cat")
      return nil
    } catch {
      return "tmux cannot run here: \(error)"
    }
  }

  /// A session named so that runs a command of the shell in 80×24.
  func start(_ session: String, _ command: String) throws {
    try run(["new-session", "-d", "-x", "80", "-y", "24", "-s", session, command])
    if server == nil { server = pid_t(try ask(session, "#{pid}")) }
  }

  func keys(_ session: String, _ keys: String...) throws { try run(["send-keys", "-t", session] + keys) }

  func type(_ session: String, _ text: String) throws { try run(["send-keys", "-t", session, "-l", text]) }

  /// As a person's terminal would: in brackets when the program asked for them.
  func paste(_ session: String, _ text: String) throws {
    try run(["set-buffer", "-b", "clip", text])
    try run(["paste-buffer", "-p", "-b", "clip", "-t", session])
  }

  func resize(_ session: String, columns: Int, rows: Int) throws {
    try run(["resize-window", "-t", session, "-x", "\(columns)", "-y", "\(rows)"])
  }

  func screen(_ session: String, colours: Bool = false) throws -> String {
    try run(["capture-pane", "-p", "-t", session] + (colours ? ["-e"] : []))
  }

  /// Scrollback and screen.
  func everything(_ session: String) throws -> String { try run(["capture-pane", "-p", "-S", "-", "-t", session]) }

  func ask(_ session: String, _ format: String) throws -> String {
    try run(["display-message", "-p", "-t", session, format]).trimmingCharacters(in: .newlines)
  }

  /// The process that the session's shell runs.
  func child(_ session: String) throws -> pid_t {
    let children = try Self.output("/usr/bin/pgrep", ["-P", try ask(session, "#{pane_pid}"), "-x", "s2wmp"])
    guard let pid = children.split(separator: "\n").first.flatMap({ pid_t($0) }) else { throw Failure(description: "no s2wmp runs in \(session)") }
    return pid
  }

  /// Whether the terminal edits lines itself, as it does for a shell.
  func isCooked(_ session: String) throws -> Bool {
    let mode = try Self.output("/bin/stty", ["-a", "-F", try ask(session, "#{pane_tty}")])
    return !mode.contains("-icanon") && !mode.contains("-isig") && !mode.contains("-echo ")
  }

  /// The screen once it is as wanted. Waits long, as machines can be slow; says what was there instead.
  @discardableResult func wait(_ session: String, until isRight: (String) throws -> Bool) throws -> String {
    var last = ""
    for _ in 0..<400 {
      last = try screen(session)
      if try isRight(last) { return last }
      usleep(50_000)
    }
    throw Failure(description: "the screen of \(session) stays like this:\n\(last)")
  }

  @discardableResult func wait(_ session: String, for text: String) throws -> String { try wait(session) { $0.contains(text) } }

  @discardableResult private func run(_ arguments: [String]) throws -> String {
    try Self.output("/usr/bin/tmux", ["-S", socket.path, "-u", "-f", "/dev/null"] + arguments)
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
enum BuiltProgram {
  /// Beside the test bundle.
  static let path: String = {
    for argument in CommandLine.arguments {
      guard let end = argument.range(of: ".xctest") else { continue }
      let folder = URL(filePath: String(argument[..<end.lowerBound])).deletingLastPathComponent()
      if FileManager.default.isExecutableFile(atPath: folder.appending(path: "s2wmp").path) { return folder.appending(path: "s2wmp").path }
    }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug/s2wmp").path
  }()
}
