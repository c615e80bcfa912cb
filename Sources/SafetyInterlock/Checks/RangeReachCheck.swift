import HardwareSpecs
import Quantities

/// Needle minimum ≤ distance ≤ reach, from time of flight and sound speed. (R06)
enum RangeReachCheck: InterlockCheck {
  static var id: CheckID { .rangeReach }
  static var unit: StaticString { "um" }
  static var remedy: StaticString {
    "choose a crossing level where the vein is within the needle's reach"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let low = Int64(Limits.needleDistanceMin.count)
    let high = Int64(Limits.needleReach.count)
    guard let distance = c.distance else { return .unknown(limit: low) }
    let value = Int64(distance.count)
    return CheckResult(
      value >= low && value <= high ? .permit : .deny, value: value, limit: value < low ? low : high
    )
  }
}
