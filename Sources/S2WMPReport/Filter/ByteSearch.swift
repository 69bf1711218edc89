/// Finds bytes in bytes, in linear time whatever they are (Knuth, Morris and Pratt).
struct ByteSearch: Sendable {
  private let needle: [UInt8]
  /// For each prefix of the needle, the length of its longest proper prefix that is also its end.
  private let borders: [Int]

  init(_ needle: [UInt8]) {
    self.needle = needle
    var borders = [Int](repeating: 0, count: needle.count)
    var length = 0
    for index in needle.indices.dropFirst() {
      while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
      if needle[index] == needle[length] { length += 1 }
      borders[index] = length
    }
    self.borders = borders
  }

  func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
    if needle.isEmpty { return true }
    if bytes.count < needle.count { return false }
    var length = 0
    for byte in bytes {
      while length > 0, byte != needle[length] { length = borders[length - 1] }
      if byte == needle[length] { length += 1 }
      if length == needle.count { return true }
    }
    return false
  }
}
