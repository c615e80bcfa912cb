import HardwareSpecs
import Quantities

/// The sound speed that range is computed with is plausible. (R06)
enum RangeSoundSpeedCheck: InterlockCheck {
  static var id: CheckID { .rangeSoundSpeed }
  static var unit: StaticString { "mm/s" }
  static var remedy: StaticString { "set the medium's sound speed" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let low = Int64(Limits.soundSpeedMin.count)
    guard let speed = c.inputs.soundSpeed else { return .unknown(limit: low) }
    let value = Int64(speed.count)
    return CheckResult(
      value >= low && value <= Int64(Limits.soundSpeedMax.count) ? .permit : .deny,
      value: value, limit: value < low ? low : Int64(Limits.soundSpeedMax.count))
  }
}
