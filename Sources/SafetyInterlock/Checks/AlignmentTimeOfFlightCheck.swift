import HardwareSpecs
import Quantities

/// The second cue agrees: the flight is the shortest that the search saw near the maximum. (R04,
/// R06)
enum AlignmentTimeOfFlightCheck: InterlockCheck {
  static var id: CheckID { .alignmentTimeOfFlight }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "move to the level where the flight is shortest" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Limits.timeOfFlightExcessMax.count
    guard let signal = c.signal, c.memory.search.isFinished,
      let shortest = c.memory.search.shortestFlight
    else { return .unknown(limit: limit) }
    let excess = apart(signal.timeOfFlight, shortest)
    return CheckResult(
      excess <= limit && excess >= -limit ? .permit : .deny, value: excess, limit: limit)
  }
}
