/// A line of the transcript; with a key when it is a message that waits for its mark.
struct ScreenLine: Hashable {
  var line: ChatLine
  var key: MessageKey?
}
