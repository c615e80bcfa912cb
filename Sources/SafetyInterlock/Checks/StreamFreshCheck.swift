import HardwareSpecs
import Quantities

/// 0 ≤ age ≤ limit of the newest frame, on the host's clock; unknown is stale. (R08)
enum StreamFreshCheck: InterlockCheck {
  static var id: CheckID { .streamFresh }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "start the stream, and check the link" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Limits.frameStaleAfter
    guard let frame = c.memory.frame else { return .unknown(limit: limit.count) }
    let age = c.inputs.now - frame.received
    guard age >= .zero else { return CheckResult(.deny, value: age.count, limit: limit.count) }
    return .atMost(limit.count, age.count)
  }
}
