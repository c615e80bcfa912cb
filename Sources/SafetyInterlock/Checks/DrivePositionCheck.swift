import HardwareSpecs
import Quantities

/// The needle is within its throw, by the console's readback. (R23)
enum DrivePositionCheck: InterlockCheck {
  static var id: CheckID { .drivePosition }
  static var unit: StaticString { "um" }
  static var remedy: StaticString { "retract the needle" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Int64(Limits.needleThrow.count)
    guard let status = c.status else { return .unknown(limit: limit) }
    let depth = Int64(status.needleDepth.count)
    return CheckResult(
      depth >= -100 && depth <= limit ? .permit : .deny, value: depth, limit: limit)
  }
}
