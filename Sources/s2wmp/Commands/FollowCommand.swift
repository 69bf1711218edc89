import ArgumentParser
import S2WMPAnalysis
import S2WMPCapture
import S2WMPInsight
import S2WMPReport

/// `s2wmp follow`: one conversation as chat.
struct FollowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow",
    abstract: "Tell one conversation of a capture as chat.",
    discussion: """
      s2wmp follow chat.pcap                             the only conversation, or a list of them
      s2wmp follow chat.pcap --between alice bob         two users, on all their connections
      s2wmp follow chat.pcap --user a44c                 everything of one user
      s2wmp follow chat.pcap --stream 3                  one connection
      s2wmp follow chat.pcap --keys bob.keylog           with what was said
      s2wmp follow chat.pcap --format html -o chat.html  as a page

      A user is an ID, the first digits of one (at least four), or a name. Somebody who changes the \
      ID stays the same person. Marks: ✓ acknowledged, ✗ rejected, ? no answer seen.
      Exit status: 1 under --fail-on; 2 also when the conversation has to be chosen, or the one \
      chosen does not exist; 3 when the capture could not be read to its end (what came before was told).
      """)

  @Argument(help: ArgumentHelp("A capture; - is standard input.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Conversation") var choice: ConversationArguments

  @Option(name: [.customShort("T"), .long], help: "text: for a terminal; ndjson: a JSON object an event; html: a page.")
  var format = TranscriptFormat.text

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write to this file; - is standard output.", valueName: "file"))
  var output = "-"

  @Flag(help: "Show IDs even where a chat request told the user's name.")
  var noNames = false

  @Option(help: "Colour in text: auto (on a terminal), always or never.")
  var color = ColourChoice.auto

  @Option(help: ArgumentHelp("Columns of text; without it those of the terminal, to a pipe as many as needed.", valueName: "n"))
  var width: Int?

  @OptionGroup var failOn: FailOnArguments

  @OptionGroup(title: "Decryption") var decryption: KeyArguments

  @OptionGroup(title: "Traffic") var traffic: TrafficArguments

  func validate() throws {
    let captures = decryption.captures(among: files)
    guard let capture = captures.first else { throw ValidationError("name a capture file, or - for standard input") }
    if captures.count > 1 { throw ValidationError("a conversation is told of one capture: name one file, or join them first, as mergecap does") }
    if let width, !(30...10_000).contains(width) { throw ValidationError("--width takes 30 to 10000 columns") }
    if let file = FileIdentity(path: output), ([capture] + files + decryption.keys).contains(where: { FileIdentity(path: $0) == file }) {
      throw ValidationError("--output would overwrite its own input \(Printable.text(output)): name another file")
    }
  }

  func run() throws {
    let run = try CaptureRun(files, decryption, traffic)
    let book = TranscriptBook(stream: choice.stream)
    let gate = failOn.gate
    let sink: any RecordingSink = gate?.before(book) ?? BookSink(book)
    let isWhole = run.decode(into: sink)
    do {
      try write(book.transcript(choice.selection), file: run.files.first ?? "-")
    } catch let error as TranscriptError {
      StandardError.complain("\(error)")
      if case .several = error { StandardError.write(ConversationList.text(book)) }
      if !isWhole { throw ExitCode(3) }
      if error != .noConversation { throw ExitCode(2) }
    }
    if !isWhole { throw ExitCode(3) }
    try gate?.finish()
  }

  private func write(_ transcript: Transcript, file: String) throws {
    if transcript.leftOut > 0 { StandardError.complain("\(transcript.leftOut) further events found no place in memory and are left out") }
    let destination = try TranscriptFile(output, isPrivate: transcript.holdsPlaintext)
    switch format {
    case .text:
      var text = TranscriptText(transcript, textOptions)
      try text.write(destination.write)
    case .ndjson:
      var data = TranscriptData(transcript)
      try data.write(destination.write)
    case .html:
      try TranscriptPage(transcript, file: CaptureName.short(file)).write { try destination.write(Array($0.utf8)) }
    }
    try destination.finish()
  }

  private var textOptions: TextOptions {
    let isTerminal = output == "-" && StandardOutput.isTerminal
    let colour = color == .always || (color == .auto && isTerminal && Environment["NO_COLOR"] == nil)
    return TextOptions(showsNames: !noNames, hasColour: colour, width: width ?? (output == "-" ? StandardOutput.columns : nil))
  }
}

enum TranscriptFormat: String, ExpressibleByArgument, CaseIterable {
  case text, ndjson, html
}

/// Which conversation is told.
struct ConversationArguments: ParsableArguments {
  @Option(name: [.customShort("s"), .long], help: ArgumentHelp("The conversation with this number, as decode shows it.", valueName: "n"))
  var stream: UInt32?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("What went on between two users, by any connection.", valueName: "user"))
  var between: [String] = []

  @Option(name: [.customShort("u"), .long], help: ArgumentHelp("Everything of one user; given twice: between two.", valueName: "user"))
  var user: [String] = []

  func validate() throws {
    let kinds = [stream != nil, !between.isEmpty, !user.isEmpty].filter { $0 }.count
    if kinds > 1 { throw ValidationError("choose the conversation by one of --stream, --between and --user") }
    if !between.isEmpty && between.count != 2 { throw ValidationError("--between takes two users") }
    if user.count > 2 { throw ValidationError("--user can be given twice at most") }
    if (between + user).contains("") { throw ValidationError("a user is an ID, the first digits of one, or a name") }
  }

  var selection: TranscriptSelection {
    if let stream { return .stream(stream) }
    let users = between + user
    if users.count == 2 { return .pair(users[0], users[1]) }
    return users.first.map { .user($0) } ?? .only
  }
}

/// Collects a transcript from a recorded capture.
private final class BookSink: RecordingSink {
  private let book: TranscriptBook
  init(_ book: TranscriptBook) { self.book = book }
  func receive(_ packet: borrowing Dissection) { book.receive(packet) }
}

/// The conversations that can be chosen from.
enum ConversationList {
  private static let shown = 40

  static func text(_ book: TranscriptBook) -> String {
    let choices = book.choices()
    let rows = choices.prefix(shown).map { choice in
      let streams = choice.streams.prefix(4).map(String.init).joined(separator: ",") + (choice.streamCount > 4 ? ",…" : "")
      return [streams, "\(choice.messages)", "\(book.label(choice.first)) and \(book.label(choice.second))"]
    }
    let widths = (0..<2).map { column in max(["stream", "messages"][column].count, rows.map { $0[column].count }.max() ?? 0) }
    let table = ([["stream", "messages", "users"]] + rows).map { row in
      "  " + row[0] + pad(row[0], widths[0]) + "  " + pad(row[1], widths[1]) + row[1] + "  " + row[2] + "\n"
    }
    return table.joined() + (choices.count > shown ? "  and \(choices.count - shown) more\n" : "")
  }

  private static func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) }
}

/// Where a transcript goes: standard output, or a file that appears whole or not at all.
private struct TranscriptFile {
  private let file: ReplacementFile?

  init(_ path: String, isPrivate: Bool) throws {
    do { file = path == "-" ? nil : try ReplacementFile(for: path, modelledOn: nil, isPrivate: isPrivate) } catch {
      throw CommandError(description: "\(error)")
    }
  }

  func write(_ bytes: [UInt8]) throws {
    guard let file else { return bytes.withUnsafeBytes { StandardOutput.write($0) } }
    do { try bytes.withUnsafeBytes { try file.write($0) } } catch { throw CommandError(description: "\(error)") }
  }

  func finish() throws {
    do { try file?.finish() } catch { throw CommandError(description: "\(error)") }
  }
}

/// What a capture is called on pages, which are for others as well: which folder it lay in does not concern them.
enum CaptureName {
  static func short(_ file: String) -> String { file == "-" ? "standard input" : file.split(separator: "/").last.map { String($0) } ?? file }
}
