import S2WMPWire

/// One sentence of the specification that can be checked.
public struct Requirement: Hashable, Sendable {
  /// Section and name: `6.1/3.receiver`.
  public var id: String
  /// A few words: `a receiver who is not the target is error 1`.
  public var title: String
  /// The sentence that it checks, in our words.
  public var sentence: String
  public var role: TargetRole
  public var dialect: Dialect

  public init(_ id: String, _ title: String, _ sentence: String, role: TargetRole = .peer, dialect: Dialect = .v1) {
    self.id = id
    self.title = title
    self.sentence = sentence
    self.role = role
    self.dialect = dialect
  }

  /// `6.1`.
  public var section: String { String(id.prefix { $0 != "/" }) }
}
