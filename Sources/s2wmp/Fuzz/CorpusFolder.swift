import Glibc
import S2WMPFuzz
import S2WMPWire

/// The folder of `--corpus`: cases, one a file.
struct CorpusFolder {
  let path: String
  private(set) var cases: [Case] = []
  /// The files that they came from.
  private(set) var files: [String] = []

  /// Reads every `.s2case` in it, in the order of their names. Throws a `CommandError` for a damaged one.
  init(_ path: String) throws {
    self.path = path
    for name in try CaseFiles.names(in: path) {
      let file = "\(path)/\(name)"
      for given in try CaseFiles.read(file).cases {
        cases.append(given)
        files.append(file)
      }
    }
  }

  /// Adds cases under names made of what is in them: the same one never twice.
  func add(_ new: [Case]) throws {
    let folder: ReportFolder
    do throws(ReportWriteError) { folder = try ReportFolder(path) } catch { throw CommandError(description: error.description) }
    var known = Set(cases.map { CaseFile(cases: [$0]).text() })
    for given in new {
      let text = CaseFile(cases: [given]).text()
      guard known.insert(text).inserted else { continue }
      do throws(ReportWriteError) { try folder.put(Self.name(text), text) } catch { throw CommandError(description: error.description) }
    }
  }

  private static func name(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits + ".s2case"
  }

  /// Keeps only those files.
  func keep(_ kept: Set<String>) throws {
    for file in Set(files).subtracting(kept) where unlink(file) != 0 {
      throw CommandError(description: "\(Printable.text(file)) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }
}

/// Files of cases.
enum CaseFiles {
  static let ending = ".s2case"

  /// The names of the case files in a folder, in order.
  static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      throw CommandError(description: "\(Printable.text(path)) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
      if name.hasSuffix(ending), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func read(_ path: String) throws -> CaseFile {
    do {
      return try CaseFile(text: InputBytes.read(path, limit: CaseLimits.file))
    } catch let error as CaseTextError {
      throw CommandError(description: "\(Printable.text(path)), \(error.description)")
    } catch let error as WholeFileError {
      throw CommandError(description: Printable.text(error.description))
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
