import HardwareSpecs
import Quantities

/// The time since the previous step: late denies, very late latches. (R28)
enum LoopDeadlineCheck: InterlockCheck {
  static var id: CheckID { .loopDeadline }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString {
    "relieve the machine: `peakgate doctor` names what it lacks for real-time work"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let since = c.memory.previousStep else {
      return .unknown(limit: Limits.loopLate.count)
    }
    let gap = c.inputs.now - since
    let late = gap > Limits.loopLate || gap < .zero
    let verdict: Verdict = gap > Limits.loopLatch ? .latch : (late ? .deny : .permit)
    return CheckResult(verdict, value: gap.count, limit: Limits.loopLate.count)
  }
}
