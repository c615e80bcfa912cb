import HardwareSpecs
import Quantities

/// Signal over noise of the same frame. (R05)
enum SignalSNRCheck: InterlockCheck {
  static var id: CheckID { .signalSNR }
  static var unit: StaticString { "cdB" }
  static var remedy: StaticString { "remove the source of noise, or align better" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let floor = Int64(Limits.snrMin.count)
    guard let signal = c.signal else { return .unknown(limit: floor) }
    return .atLeast(floor, Int64(signal.snr.count))
  }
}
