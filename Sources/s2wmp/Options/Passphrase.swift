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
