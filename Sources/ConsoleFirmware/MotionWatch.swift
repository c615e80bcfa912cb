import Quantities

/// Holds the needle's outward travel against the commanded speed, over windows of 5 ms (R24).
///
/// One round is too short to judge: at 5 kHz a needle goes two micrometres in it.
struct MotionWatch: Equatable, Sendable {
  private(set) var isRunningAway = false
  private var start: (at: DeviceInstant, depth: Micrometres)?
  private var allowed: Int64 = 0
  private var previous: DeviceInstant?

  /// Travel beyond the commanded that a readback of whole micrometres may show.
  private static var slack: Int64 { 10 }
  private static var window: Nanoseconds { .milliseconds(5) }

  mutating func note(depth: Micrometres, commandedSpeed: Int32, now: DeviceInstant) {
    if let previous, now > previous {
      allowed += Int64(max(0, commandedSpeed)) * (now - previous).count / 1_000_000_000 + 1
    }
    previous = now
    guard let start, now >= start.at, (depth - start.depth).count >= 0 else {
      return begin(at: now, depth)
    }
    guard now - start.at >= Self.window else { return }
    isRunningAway = Int64((depth - start.depth).count) > allowed + Self.slack
    begin(at: now, depth)
  }

  private mutating func begin(at now: DeviceInstant, _ depth: Micrometres) {
    start = (now, depth)
    allowed = 0
  }

  static func == (a: Self, b: Self) -> Bool {
    a.isRunningAway == b.isRunningAway && a.allowed == b.allowed && a.previous == b.previous
      && a.start?.at == b.start?.at && a.start?.depth == b.start?.depth
  }
}
