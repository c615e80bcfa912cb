import HardwareSpecs
import Quantities

/// Drive line and needle follow what this interlock permits: enabled or moving out without a permit
/// for longer than the limit latches, and so does a lease that the console does not echo. (R24)
enum ConsoleReadbackCheck: InterlockCheck {
  static var id: CheckID { .consoleReadback }
  static var unit: StaticString { "ns" }
  static var remedy: StaticString {
    "do not use this console: its output does not follow its command"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard c.status != nil else { return .unknown(limit: Limits.readbackMismatch.count) }
    let mismatch = c.memory.readback.mismatch
    return CheckResult(
      c.memory.readback.hasFailed ? .latch : .permit, value: mismatch.count,
      limit: Limits.readbackMismatch.count)
  }
}
