import Glibc
import S2WMPCrypto

/// A passphrase from a file or the environment: never from the command line, where everybody on the machine can read it.
enum Passphrase {
  /// The first line of the file; else the variable S2WMP_PASSPHRASE; nil when there is neither, or an empty one.
  static func read(file: String?) throws -> SecretBytes? {
    guard let file else {
      guard let text = getenv("S2WMP_PASSPHRASE"), text.pointee != 0 else { return nil }
      return SecretBytes(copying: UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(file, String(cString: strerror(errno)).lowercased()) }
    defer { close(descriptor) }
    var length = 0
    let limit = 4096
    let whole = SecretBytes(count: limit) { buffer in
      while length < limit {
        let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + length }, limit - length)
        if count <= 0 { break }
        length += count
      }
    }
    let line = whole.withBytes { bytes -> SecretBytes? in
      let end = bytes[..<length].firstIndex { $0 == 0x0a || $0 == 0x0d } ?? length
      return end == 0 || end == limit ? nil : SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    }
    guard let line else { throw failure(file, "its first line is empty or longer than \(limit - 1) bytes") }
    return line
  }

  private static func failure(_ file: String, _ reason: String) -> CommandError {
    CommandError(description: "the passphrase file \(Printable.text(file)) cannot be used: \(reason)")
  }
}

/// What stand-ins are made from: the whole content of a file, so that it never stands on a command line.
enum SharingSecret {
  private static let smallest = 16
  private static let largest = 65_536

  static func read(_ file: String) throws -> SecretBytes {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      let hint = code == ENOENT ? "; make one with: (umask 077; head -c 32 /dev/urandom > \(Printable.text(file)))" : ""
      throw failure(file, "\(String(cString: strerror(code)).lowercased())\(hint)")
    }
    defer { close(descriptor) }
    var length = 0
    let whole = SecretBytes(count: largest + 1) { buffer in
      while length <= largest {
        let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + length }, largest + 1 - length)
        if count <= 0 { break }
        length += count
      }
    }
    guard length >= smallest else { throw failure(file, "it holds \(length) bytes; fewer than \(smallest) can be guessed") }
    guard length <= largest else { throw failure(file, "it is longer than \(largest) bytes") }
    return whole.withBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }

  private static func failure(_ file: String, _ reason: String) -> CommandError {
    CommandError(description: "the secret file \(Printable.text(file)) cannot be used: \(reason)")
  }
}

/// Text from elsewhere, on its way to a terminal in one of our sentences.
enum Printable {
  /// Control characters become question marks.
  static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isVisible($0) ? $0 : "?" }))
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
