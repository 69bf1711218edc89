/// A moment on the clock on the wall. The model owns no clock and no time zone: the terminal's side makes these.
public struct LocalTime: Hashable, Sendable {
  public var year, month, day: Int
  /// 0 is Sunday.
  public var weekday: Int
  public var hour, minute, second: Int

  public init(year: Int, month: Int, day: Int, weekday: Int, hour: Int, minute: Int, second: Int) {
    (self.year, self.month, self.day) = (year, month, day)
    self.weekday = weekday
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// `14:02`
  var clock: String { Self.two(hour) + ":" + Self.two(minute) }
  /// `14:02:07`
  var exactClock: String { clock + ":" + Self.two(second) }

  /// `Tuesday, 24 November 2026`
  var date: String {
    let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    guard weekdays.indices.contains(weekday), months.indices.contains(month - 1) else { return "\(year)-\(month)-\(day)" }
    return "\(weekdays[weekday]), \(day) \(months[month - 1]) \(year)"
  }

  func isSameDay(as other: LocalTime) -> Bool { (year, month, day) == (other.year, other.month, other.day) }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
