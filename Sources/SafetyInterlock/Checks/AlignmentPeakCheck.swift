import HardwareSpecs
import Quantities

/// The amplitude is at the maximum of the search: not below it, and not above what was found. (R04)
enum AlignmentPeakCheck: InterlockCheck {
  static var id: CheckID { .alignmentPeak }
  static var unit: StaticString { "cdB" }
  static var remedy: StaticString {
    "go back to the maximum, or search again if the signal is now stronger"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let low = -Int64(Limits.peakDropMax.count)
    guard let signal = c.signal, c.memory.search.isFinished, let maximum = c.memory.search.maximum
    else { return .unknown(limit: low) }
    let value = Int64(signal.amplitude.count) - Int64(maximum.count)
    let high = Int64(Limits.peakExcessMax.count)
    return CheckResult(
      value >= low && value <= high ? .permit : .deny, value: value, limit: value < low ? low : high
    )
  }
}
