import HardwareSpecs
import Quantities

/// The console has not tripped by itself; the value is its cause. (R13, R23)
enum ConsoleTripCheck: InterlockCheck {
  static var id: CheckID { .consoleTrip }
  static var unit: StaticString { "cause" }
  static var remedy: StaticString { "see the console's own cause, remove it, then acknowledge" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let status = c.status else { return .unknown(limit: 0) }
    switch status.trip {
    case .none: return CheckResult(.permit, value: 0, limit: 0)
    case .powerUp: return CheckResult(.deny, value: Int64(status.trip.rawValue), limit: 0)
    default: return CheckResult(.latch, value: Int64(status.trip.rawValue), limit: 0)
    }
  }
}
