import HardwareSpecs
import Quantities

/// The emergency stop chain is closed, by the console's own input. (R02)
enum ConsoleEstopCheck: InterlockCheck {
  static var id: CheckID { .consoleEstop }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "release the emergency stop, then acknowledge" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let status = c.status else { return .unknown(limit: 1) }
    return .holds(status.flags.contains(.estopOk), otherwise: .latch)
  }
}
