import HardwareSpecs
import Quantities

/// 0 ≤ age ≤ limit of the console's newest safety status; unknown is stale. (R08, R29)
enum ConsoleFreshCheck: InterlockCheck {
  static var id: CheckID { .consoleFresh }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString { "check the link: the console's own status does not arrive" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Limits.statusStaleAfter
    // What an older connection told is no status of this console (R12).
    guard let status = c.inputs.status, let connectedSince = c.memory.connectedSince,
      status.since >= connectedSince
    else { return .unknown(limit: limit.count) }
    let age = status.age(at: c.inputs.now)
    guard age >= .zero else { return CheckResult(.deny, value: age.count, limit: limit.count) }
    return .atMost(limit.count, age.count)
  }
}
