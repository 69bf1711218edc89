/// Outputs that a person has looked at.
enum Snapshots {
  static let unlimited = ""
  static let narrow = ""
}
