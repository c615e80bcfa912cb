import HardwareSpecs
import Quantities

/// The amplitude is what an aligned emitter gives at the measured range: no side lobe, no shadow.
/// (R04)
enum AlignmentLinkBudgetCheck: InterlockCheck {
  static var id: CheckID { .alignmentLinkBudget }
  static var unit: StaticString { "cdB" }
  static var remedy: StaticString { "this is a side lobe or a shadow: search on for the main lobe" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let low = Int64(Limits.linkBudgetLow.count)
    guard let signal = c.signal, let distance = c.distance,
      let expected = c.setup.linkBudget.level(at: distance)
    else { return .unknown(limit: low) }
    let value = Int64(signal.amplitude.count) - Int64(expected.count)
    let high = Int64(Limits.linkBudgetHigh.count)
    return CheckResult(
      value >= low && value <= high ? .permit : .deny, value: value, limit: value < low ? low : high
    )
  }
}
