import Glibc
import S2WMPCrypto

/// Asks a person for a passphrase, on the terminal and without showing it.
enum PassphrasePrompt {
  private static let limit = 1024

  /// Nil when there is no terminal to ask on, or nothing was typed.
  static func ask(_ question: String) throws -> SecretBytes? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else { return nil }
    return withoutEcho(terminal, before) {
      show(question, on: terminal)
      return readLine(terminal)
    }
  }

  /// Asks twice, for a new passphrase. Throws a `CommandError` when the answers differ or are empty.
  static func askForNew() throws -> SecretBytes {
    guard let first = try ask("New passphrase: ") else {
      throw CommandError(description: "no passphrase was given: one is asked for on a terminal; elsewhere use --passphrase-file")
    }
    guard try ask("Again: ") == first else { throw CommandError(description: "the two passphrases differ; nothing was written") }
    return first
  }

  /// Signals wait meanwhile, so that none ends the program while the terminal is mute.
  private static func withoutEcho(_ terminal: Int32, _ before: termios, _ body: () -> SecretBytes?) -> SecretBytes? {
    var (before, mute) = (before, before)
    mute.c_lflag &= ~tcflag_t(ECHO | ISIG)
    // Place VEOL: a line ends at Control-C too, without a line feed.
    mute.c_cc.11 = 0x03
    tcsetattr(terminal, TCSAFLUSH, &mute)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      show("\n", on: terminal)
    }
    return body()
  }

  private static func show(_ text: String, on terminal: Int32) {
    var text = text
    text.withUTF8 { _ = Glibc.write(terminal, $0.baseAddress, $0.count) }
  }

  /// Control-C gives up, like an empty line.
  private static func readLine(_ terminal: Int32) -> SecretBytes? {
    var length = 0
    var isComplete = false
    let line = SecretBytes(count: limit) { buffer in
      while length < limit, let place = buffer.baseAddress?.advanced(by: length) {
        let count = Glibc.read(terminal, place, 1)
        if count < 0, errno == EINTR { continue }
        guard count == 1, buffer[length] != 0x03 else { return }
        if buffer[length] == 0x0a || buffer[length] == 0x0d {
          isComplete = true
          return
        }
        length += 1
      }
    }
    guard isComplete, length > 0 else { return nil }
    return line.withBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }
}
