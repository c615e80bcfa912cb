import HardwareSpecs
import Quantities

/// A self-test with every item run and passed, not longer ago than the limit, on this connection.
/// (R24, R26)
enum ConsoleSelfTestCheck: InterlockCheck {
  static var id: CheckID { .consoleSelfTest }
  static var unit: StaticString { "items" }
  static var remedy: StaticString {
    "run the self-test: every item, trip paths included, must pass"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let all = SelfTestItems.all
    guard let report = c.inputs.selfTest, let connectedSince = c.memory.connectedSince,
      report.since >= connectedSince,
      let test = report.value(at: c.inputs.now, within: Limits.selfTestExpires)
    else { return .unknown(limit: Int64(all.rawValue)) }
    let good = test.passed.intersection(test.run)
    return CheckResult(
      good == all ? .permit : .deny, value: Int64(good.rawValue), limit: Int64(all.rawValue))
  }
}
