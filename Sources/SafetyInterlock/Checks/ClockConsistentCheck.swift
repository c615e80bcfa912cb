import HardwareSpecs
import Quantities

/// The console's clock, the host's monotonic clock and its boot-time clock have run alike since the
/// connection was made. (R15, R27)
enum ClockConsistentCheck: InterlockCheck {
  static var id: CheckID { .clockConsistent }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString {
    "let the machine run undisturbed (no suspend), then acknowledge"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let clocks = c.memory.clocks
    let limit = Limits.clockDisagreement.count
    if clocks.hasFailed {
      return CheckResult(.latch, value: clocks.disagreement.count, limit: limit)
    }
    guard c.inputs.bootTime != nil else { return .unknown(limit: limit) }
    return CheckResult(.permit, value: clocks.disagreement.count, limit: limit)
  }
}
