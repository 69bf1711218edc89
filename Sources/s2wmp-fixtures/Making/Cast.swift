/// The people of the captures, with the keys of the worked examples.
struct Cast {
  /// alice and bob, suite `rsa`, ffdhe3072.
  var friends: Pair
  /// Suite `dh`, X25519: short keys, for captures that are not about keys.
  var strangers: Pair
  /// What alice changes to.
  var newKey: [UInt8]
  var examples: [WorkedExample]

  init(_ examples: [WorkedExample]) throws {
    self.examples = examples
    friends = try Pair(Self.example(examples, "rsa", "ffdhe3072", "M"))
    strangers = try Pair(Self.example(examples, "dh", "x25519", "M"), names: ("carol", "dave"))
    newKey = try WorkedExample.bytes(Self.example(examples, "rsa", "ffdhe3072", "IC").new_public_key)
  }

  func example(_ suite: String, _ group: String, _ name: String) throws -> WorkedExample { try Self.example(examples, suite, group, name) }

  private static func example(_ examples: [WorkedExample], _ suite: String, _ group: String, _ name: String) throws -> WorkedExample {
    guard let found = examples.first(where: { $0.suite == suite && $0.group == group && $0.name == name }) else {
      throw MakingError("vectors.jsonl has no worked \(name) of suite \(suite) and group \(group).")
    }
    return found
  }
}
