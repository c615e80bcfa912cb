import HardwareSpecs
import Quantities

/// 0 ≤ age ≤ limit of the newest frame; unknown is stale. Its age is what has passed on the host's clock
/// since it came, and what it came too late by the console's clock. (R08)
enum StreamFreshCheck: InterlockCheck {
  static var id: CheckID { .streamFresh }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "start the stream, and check the link; a busy machine is late" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Limits.frameStaleAfter
    guard let frame = c.memory.frame else { return .unknown(limit: limit.count) }
    let age = c.inputs.now - frame.received
    guard age >= .zero else { return CheckResult(.deny, value: age.count, limit: limit.count) }
    let (whole, overflow) = age.count.addingReportingOverflow(c.memory.clocks.lateness.count)
    return .atMost(limit.count, overflow ? .max : whole)
  }
}
