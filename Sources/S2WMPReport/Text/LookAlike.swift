/// When names are easily taken for each other.
public enum LookAlike {
  /// What is left of a name when letters that look alike are made one: case, `1`, `i` and `|` for `l`, `0` for `o`, no spaces or punctuation. Names with
  /// the same rest can be confused.
  public static func appearance(_ name: some Sequence<UInt8>) -> [UInt8] {
    name.compactMap { byte in
      switch byte {
      case 0x31, 0x49, 0x69, 0x7c, 0x4c: 0x6c
      case 0x30, 0x4f: 0x6f
      case 0x41...0x5a: byte | 0x20
      case 0x61...0x7a, 0x32...0x39, 0x80...: byte
      default: nil
      }
    }
  }
}
