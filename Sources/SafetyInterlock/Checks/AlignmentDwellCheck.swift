import HardwareSpecs
import Quantities

/// Enough consecutive fresh good frames over enough time; one bad frame begins anew. (R07)
enum AlignmentDwellCheck: InterlockCheck {
  static var id: CheckID { .alignmentDwell }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "hold still until the dwell is complete" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let dwell = c.memory.dwell
    let lasted = dwell.lasted
    return CheckResult(
      dwell.frames >= UInt32(Limits.dwellFrames) && lasted >= Limits.dwell ? .permit : .deny,
      value: lasted.count, limit: Limits.dwell.count)
  }
}
