/// Why a fixture could not be made.
struct MakingError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
