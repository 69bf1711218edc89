import ArgumentParser
import Glibc
import S2WMPCapture
import S2WMPCrypto
import S2WMPReport

/// `s2wmp keys`: the key logs inside captures.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Put keys into a capture, take them out, or show them.",
    discussion: """
      s2wmp keys embed chat.pcapng keys.log         the capture decrypts by itself from now on
      s2wmp keys embed chat.pcap keys.log -o chat.pcapng
      s2wmp keys extract chat.pcapng                the key log in it
      s2wmp keys strip chat.pcapng -o public.pcapng for people who are not to read the messages

      A pcapng capture can carry a key log in Decryption Secrets Blocks; decode uses it without \
      being told. Nothing else in the file changes. Whoever has such a file can read its \
      messages, so files with keys are made readable by their owner alone.
      """,
    subcommands: [EmbedKeysCommand.self, ExtractKeysCommand.self, StripKeysCommand.self])
}

/// `s2wmp keys embed`.
struct EmbedKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "embed", abstract: "Put key logs into a capture.")

  @Argument(help: ArgumentHelp("The capture.", valueName: "file")) var file: String
  @Argument(help: ArgumentHelp("Key logs, as a peer writes them with --keylog.", valueName: "keylog")) var logs: [String]
  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write to this file; without it the capture is replaced.", valueName: "file"))
  var output: String?

  func run() throws {
    try KeysCommand.refuse(file, output)
    var text: [UInt8] = []
    for path in logs {
      let bytes = try KeyFiles.read(path)
      if KeyFiles.isPEM(bytes) {
        throw CommandError(description: "\(Printable.text(path)) holds private keys, which do not belong into a capture: name a key log")
      }
      _ = try KeyFiles.log(bytes, path)
      text += bytes
      if bytes.last != 0x0a { text.append(0x0a) }
    }
    try KeysCommand.run { try embed(text) }
  }

  private func embed(_ text: [UInt8]) throws {
    guard try SecretsFile.isPcapng(file) else { return try convert(text) }
    let capture = try SecretsFile(path: file)
    try KeysCommand.refuseReplacing(capture, output)
    let known = Set(capture.secrets.filter { $0.type == EmbeddedKeys.type }.flatMap { $0.bytes.split(separator: 0x0a) })
    let lines = text.split(separator: 0x0a).filter { !known.contains($0) }
    if lines.isEmpty && output == nil { return StandardError.complain("\(Printable.text(file)) holds all of these keys already") }
    let added = Array(lines.joined(separator: [0x0a])) + (lines.isEmpty ? [] : [0x0a])
    guard added.count + capture.secrets.reduce(0, { $0 + $1.bytes.count + 24 }) < DecryptionSecrets.maximumBytes else {
      let limit = DecryptionSecrets.maximumBytes >> 20
      throw CommandError(description: "a capture takes \(limit) MiB of keys, and these are more: embed only those of its conversations")
    }
    try capture.embed(EmbeddedKeys.secrets(added), to: output)
  }

  /// A classic capture has no place for keys, so its frames go into one that has.
  private func convert(_ text: [UInt8]) throws {
    guard let output else {
      throw CommandError(
        description: "\(Printable.text(file)) is a classic pcap, which has no place for keys: name a pcapng file for both with --output")
    }
    let supply = CarriedSecrets()
    supply.add(EmbeddedKeys.secrets(text))
    let reader = try CaptureFileReader(path: file)
    let writer = try CaptureFileWriter(path: output, format: .pcapng, secrets: supply)
    while let frame = try reader.nextFrame() { try writer.write(frame) }
    try writer.close()
  }
}

/// `s2wmp keys extract`.
struct ExtractKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "extract", abstract: "Show the key log in a capture.")

  @Argument(help: ArgumentHelp("The capture.", valueName: "file")) var file: String
  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write to this file, which its owner alone may read.", valueName: "file"))
  var output: String?

  func run() throws {
    try KeysCommand.refuse(file, nil)
    try KeysCommand.run {
      let secrets = try SecretsFile.isPcapng(file) ? SecretsFile.readable(in: file).filter { $0.type == EmbeddedKeys.type } : []
      guard !secrets.isEmpty else { throw CommandError(description: "\(Printable.text(file)) holds no keys") }
      let text = secrets.reduce(into: [UInt8]()) { text, part in
        text += part.bytes
        if let last = part.bytes.last, last != 0x0a { text.append(0x0a) }
      }
      if let output { try PrivateFile.write(text, to: output) } else { show(text) }
    }
  }

  private func show(_ text: [UInt8]) {
    var status = stat()
    if fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG { fchmod(STDOUT_FILENO, 0o600) }
    // What a stranger's capture holds may be no key log at all.
    let shown = StandardOutput.isTerminal ? text.map { $0 == 0x0a || (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") } : text
    shown.withUnsafeBytes { StandardOutput.write($0) }
  }
}

/// `s2wmp keys strip`.
struct StripKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "strip", abstract: "Take the key logs out of a capture.")

  @Argument(help: ArgumentHelp("The capture.", valueName: "file")) var file: String
  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write to this file; without it the capture is replaced.", valueName: "file"))
  var output: String?
  @Flag(help: "Take out the secrets of other protocols as well.") var all = false

  func run() throws {
    try KeysCommand.refuse(file, output)
    try KeysCommand.run {
      guard try SecretsFile.isPcapng(file) else { return try leave("a classic pcap, so it holds no keys") }
      let capture = try SecretsFile(path: file)
      let kinds = Set(capture.secrets.map(\.type))
      if kinds.isEmpty || !all && !kinds.contains(EmbeddedKeys.type) { return try leave("without keys") }
      try KeysCommand.refuseReplacing(capture, output)
      try capture.strip(type: all ? nil : EmbeddedKeys.type, to: output)
      if !all, kinds.contains(where: { $0 != EmbeddedKeys.type }) {
        StandardError.complain("secrets of other protocols stay in it; --all takes them out as well")
      }
    }
  }

  private func leave(_ why: String) throws {
    if let output { try OutputBytes.write(try InputBytes.read(file, limit: .max), to: output) }
    StandardError.complain("\(Printable.text(file)) is \(why): nothing was taken out")
  }
}

extension KeysCommand {
  /// Files are read twice and replaced whole, so streams will not do.
  static func refuse(_ file: String, _ output: String?) throws {
    if file == "-" || output == "-" { throw ValidationError("keys are put into and taken out of files: name one instead of -") }
  }

  static func refuseReplacing(_ capture: SecretsFile, _ output: String?) throws {
    guard capture.isCompressed, output == nil else { return }
    throw CommandError(description: "\(Printable.text(capture.path)) is compressed: name a file for the uncompressed result with --output")
  }

  /// Everything that goes wrong with files is status 3 and one sentence.
  static func run(_ body: () throws -> Void) throws {
    do { try body() } catch let error as CommandError { throw error } catch { throw CommandError(description: "\(error)") }
  }
}

/// A file of secrets.
enum PrivateFile {
  static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw WholeFileError(path: path, problem: .cannotWrite(errno)) }
    defer { close(descriptor) }
    var status = stat()
    // One that was there before keeps its mode otherwise.
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fchmod(descriptor, 0o600) != 0 {
      throw WholeFileError(path: path, problem: .cannotWrite(errno))
    }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw WholeFileError(path: path, problem: .cannotWrite(errno)) }
      written += count
    }
  }
}
