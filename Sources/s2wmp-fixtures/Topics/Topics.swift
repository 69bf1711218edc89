/// All fixtures, by topic.
enum Topics {
  static let captures: [Fixture] = [lanChat]
  static let damaged: [Fixture] = []
}
