import S2WMPFuzz
import S2WMPWire

/// `s2wmp fuzz --minimize-corpus`: every case of the corpus once, then only the files that are needed.
struct CorpusReduction {
  let corpus: CorpusFolder
  let role: TargetRole
  let dialect: Dialect

  func run(_ opened: any OpenedTarget) throws {
    guard !corpus.cases.isEmpty else { throw CommandError(description: "\(Printable.text(corpus.path)) holds no case") }
    let indices: [Int]
    do {
      indices = try CorpusMinimizer(opened.bench(checksAlive: false)) { $0.role == role && $0.dialect == dialect }.keep(corpus.cases) { Interruption.isWanted }
    } catch let fault as TargetFault {
      throw CommandError(description: Printable.text(fault.description))
    }
    // A file of several cases stays whole.
    let files = Set(indices.map { corpus.files[$0] })
    try corpus.keep(files)
    StandardOutput.write("\(corpus.files.count { files.contains($0) }) cases kept of \(corpus.cases.count)\n")
  }
}
