import ArgumentParser
import S2WMPAnalysis
import S2WMPCapture
import S2WMPInsight
import S2WMPReport

/// `s2wmp decode`: recorded captures.
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Dissect recorded captures (pcap, pcapng, also gzip-compressed).",
    discussion: """
      s2wmp decode chat.pcap                            a line a packet
      s2wmp decode chat.pcap --format tree --limit 1    every field and its bytes
      s2wmp decode chat.pcap -Y 'type == M'             only some packets
      s2wmp decode chat.pcap -e frame,sender_id,body    only some fields
      s2wmp decode chat.pcap --keys bob.keylog          decrypted
      s2wmp decode chat.pcap -Y malformed -w bad.pcap   their frames, as a capture
      s2wmp decode chat.pcap --anonymize secret -w share.pcap
      zcat old.pcap.gz | s2wmp decode - -T ndjson       from a pipe, for a program

      Each file is a capture of its own: frames and conversations are numbered anew. \
      Exit status: 1 under --strict when a packet is malformed or has an undefined value, \
      and under --fail-on when a finding is as severe; 3 when a file could not be read to its end (what came before was printed).
      """)

  @Argument(help: ArgumentHelp("Captures; - is standard input.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Output") var display: DisplayArguments

  @Flag(help: "Print only the number of packets (that match).")
  var count = false

  @Flag(help: "Exit with status 1 when a packet shown has a finding of severity error.")
  var strict = false

  @OptionGroup var failOn: FailOnArguments

  @Option(
    name: [.customShort("w"), .long],
    help: ArgumentHelp("Write the frames of what matched as a new capture (pcapng when the name ends so).", valueName: "file"))
  var write: String?

  @Option(
    help: ArgumentHelp(
      "With --write: a copy to share. Addresses, IDs, names and keys become stand-ins that depend on this file's content; what was encrypted is dropped.",
      valueName: "secret-file"))
  var anonymize: String?

  @Option(
    name: [.customShort("j"), .long],
    help: ArgumentHelp("Captures decoded at the same time (ndjson, ek, csv, columns and --count); without it as many as there are processors.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "List the names that --filter and --fields know, and end.")
  var fieldsHelp = false

  @OptionGroup(title: "Decryption") var decryption: KeyArguments

  @OptionGroup(title: "Traffic") var traffic: TrafficArguments

  func validate() throws {
    if fieldsHelp { return }
    if captures.isEmpty { throw ValidationError("name a capture file, or - for standard input") }
    if write != nil && captures.contains("-") {
      throw ValidationError("--write reads its input twice, which standard input does not allow: save it to a file first")
    }
    if let write, write != "-", captures.contains(where: { FileIdentity(path: $0) == FileIdentity(path: write) && FileIdentity(path: write) != nil }) {
      throw ValidationError("--write would overwrite its own input \(write): name another file")
    }
    if anonymize != nil && write == nil { throw ValidationError("--anonymize shapes what --write writes: add --write FILE") }
    if anonymize != nil && (count || strict || display.format != .text || display.fields != nil) {
      throw ValidationError("--anonymize only writes a capture: look at it with a second s2wmp decode")
    }
    guard (1...256).contains(jobs ?? 1) else { throw ValidationError("--jobs takes 1 to 256") }
    if write == "-" { throw ValidationError("--write - would mix frames with the results on standard output: name a file") }
  }

  func run() throws {
    if fieldsHelp { return StandardOutput.write(FieldsHelp.text) }
    if let anonymize { return try writeAnonymized(anonymize) }
    if let side = try sideBySide() { return try finish(side) }
    let keys = try decryption.material(and: files.filter { !captures.contains($0) })
    let out = LineBuffer { StandardOutput.write($0) }
    let printer = try PacketPrinter(display, to: out, counting: count)
    let gate = failOn.gate
    let total = try decodeAll(printer, gate, out, keys)
    printer.end()
    if count { StandardOutput.write("\(printer.matched)\n") }
    if !total.failed || printer.matched > 0, let closing = printer.closing(conversations: total.conversations, hint: hint) {
      StandardError.line(closing)
    }
    if total.failed { throw ExitCode(3) }
    try gate?.finish(isQuiet: display.quiet)
    if strict && printer.broken > 0 { throw ExitCode(1) }
  }

  /// How to see what the closing line counts; without a file name that could hold anything.
  private var hint: String? { display.filter == nil ? "s2wmp decode --filter 'expert.severity >= warning'" : nil }

  private func decodeAll(
    _ printer: PacketPrinter, _ gate: FailureGate?, _ out: LineBuffer, _ keys: KeyMaterial
  ) throws -> (conversations: UInt64, failed: Bool) {
    var total: (conversations: UInt64, failed: Bool) = (0, false)
    let carried = write == nil ? nil : CarriedSecrets()
    let writer = try write.map { try openWriter($0, carried) }
    let sink: any RecordingSink = gate?.before(printer) ?? printer
    printer.begin()
    for file in captures where !printer.isDone {
      if writer != nil { printer.frames = FrameSet() }
      gate?.beginCapture()
      let recording = Recording(path: file, traffic: traffic, sink: sink, keys: keys, carried: carried)
      let result = recording.decode()
      total.conversations += result.conversations
      if let failure = result.failure {
        out.flush()
        StandardError.complain("\(failure)")
        total.failed = true
      }
      if let writer, let frames = printer.frames { try recording.copy(frames, to: writer) }
    }
    try closeWriter(writer)
    if let writer, writer.format == .pcap, let carried, !carried.all.isEmpty {
      StandardError.complain("\(writer.path) has no place for the keys of its input; a name that ends in .pcapng makes a file that has")
    }
    return total
  }

  /// `--keys a b` names two key files: what cannot be a capture and is one of keys is taken for that.
  private var captures: [String] { decryption.captures(among: files) }

  /// The totals of several captures decoded at once; nil when they are to be decoded one after the other.
  private func sideBySide() throws -> SideBySide.Totals? {
    let jobs = jobs ?? Processors.count
    guard jobs > 1, captures.count > 1, write == nil, failOn.failOn == nil, SideBySide.isPossible(display, counting: count) else { return nil }
    // A wrong filter, field or key is said once, before anything is begun.
    _ = try PacketPrinter(display, to: LineBuffer { _ in }, counting: count)
    let further = files.filter { !captures.contains($0) }
    let decryption = decryption
    _ = try decryption.material(and: further)
    return try SideBySide(captures, display, counting: count, traffic, keys: { try decryption.material(and: further) }).run(jobs: jobs)
  }

  private func finish(_ totals: SideBySide.Totals) throws {
    if count { StandardOutput.write("\(totals.matched)\n") }
    if totals.hasFailed { throw ExitCode(3) }
    if strict && totals.broken > 0 { throw ExitCode(1) }
  }

  /// Reads everything twice: stand-ins of IDs follow from those of their keys, which may come later.
  private func writeAnonymized(_ secretFile: String) throws {
    guard let write else { return }
    let filter = try display.compiledFilter()
    let run = try CaptureRun(files, decryption, traffic)
    let learning = AnonymizerLearning(Anonymizer(secret: try SharingSecret.read(secretFile)))
    let isWhole = run.decode(into: learning)
    let copy = AnonymizedCopy(learning.anonymizer, to: try openWriter(write, nil), filter: filter, limit: display.limit)
    _ = run.again.decode(into: copy, end: copy.endFile)
    try copy.close()
    if !display.quiet {
      let left = copy.leftOut == 0 ? "" : "; \(copy.leftOut) malformed left out"
      StandardError.line("\(copy.written) packets written to \(SafeLine.text(write))\(left)")
    }
    if !isWhole { throw ExitCode(3) }
  }

  private func openWriter(_ path: String, _ carried: CarriedSecrets?) throws -> CaptureFileWriter {
    do throws(CaptureWriteError) { return try CaptureFileWriter(path: path, secrets: carried) } catch {
      throw CommandError(description: "\(error)")
    }
  }

  private func closeWriter(_ writer: CaptureFileWriter?) throws {
    do throws(CaptureWriteError) { try writer?.close() } catch { throw CommandError(description: "\(error)") }
  }
}
