import HardwareSpecs
import Quantities

/// Time of flight has stayed within the spread since the dwell began, this frame included. (R06)
enum RangeStableCheck: InterlockCheck {
  static var id: CheckID { .rangeStable }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "hold still" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Limits.timeOfFlightSpread.count
    guard let signal = c.signal else { return .unknown(limit: limit) }
    let dwell = c.memory.dwell
    guard dwell.frames > 0 else { return CheckResult(.permit, value: 0, limit: limit) }
    let longest = max(dwell.longest, signal.timeOfFlight)
    return .atMost(limit, apart(longest, min(dwell.shortest, signal.timeOfFlight)))
  }
}
