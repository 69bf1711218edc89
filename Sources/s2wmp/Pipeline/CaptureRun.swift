import ArgumentParser
import S2WMPAnalysis

/// Several recorded captures, one after the other, into one sink: for commands that look at all packets together.
struct CaptureRun {
  var files: [String]
  var traffic: TrafficArguments
  var keys: KeyMaterial
  /// Says nothing of failures and limits: a second reading meets the same as the first.
  private var saysNothing = false

  /// - files: captures, and behind `--keys` perhaps further key files.
  init(_ files: [String], _ decryption: KeyArguments, _ traffic: TrafficArguments) throws {
    let captures = decryption.captures(among: files)
    self.files = captures
    self.traffic = traffic
    keys = try decryption.material(and: files.filter { !captures.contains($0) })
  }

  /// The same for a second reading, which fails as the first did.
  var again: CaptureRun {
    var run = self
    run.saysNothing = true
    return run
  }

  /// Decodes all of them. False: one could not be read to its end, which was said; what came before it was handed out.
  /// Frames and conversations are numbered anew in each file: `next` is called before each one, `end` behind it.
  func decode(into sink: any RecordingSink, next: (String) -> Void = { _ in }, end: () -> Void = {}) -> Bool {
    var isWhole = true
    for file in files where !sink.isDone {
      next(file)
      if let failure = Recording(path: file, traffic: traffic, sink: sink, keys: keys, warns: !saysNothing).decode().failure {
        if !saysNothing { StandardError.complain("\(failure)") }
        isWhole = false
      }
      end()
    }
    return isWhole
  }
}
