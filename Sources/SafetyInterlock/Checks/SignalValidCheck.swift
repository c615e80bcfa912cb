import HardwareSpecs
import Quantities

/// The tracker found a valid signal in the newest frame, which was neither clipped nor taken while
/// the gain settles; the value holds the reasons against it. (R03, R04, R06)
enum SignalValidCheck: InterlockCheck {
  static var id: CheckID { .signalValid }
  static var unit: StaticString { "reasons" }
  static var remedy: StaticString {
    "turn and move the send catheter until the signal is seen; keep electrosurgery off"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let frame = c.memory.frame else { return .unknown(limit: 0) }
    return CheckResult(
      frame.trueSignal != nil ? .permit : .deny, value: Int64(frame.invalidReasons), limit: 0)
  }
}
