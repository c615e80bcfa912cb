import HardwareSpecs
import Quantities

/// Live noise never repeats: no three identical payloads in a row, and the counter moves. (R09)
enum StreamLiveCheck: InterlockCheck {
  static var id: CheckID { .streamLive }
  static var unit: StaticString { "frames" }
  static var remedy: StaticString { "the console repeats itself: power-cycle it, then acknowledge" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let run = Int64(c.memory.frozen.repeats) + 1
    let limit = Int64(Limits.frozenPayloads)
    guard c.memory.frame != nil else { return .unknown(limit: limit - 1) }
    return CheckResult(run >= limit ? .latch : .permit, value: run, limit: limit - 1)
  }
}
