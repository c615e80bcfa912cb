import HardwareSpecs
import Quantities

/// The amplitude is above an absolute floor, whatever the maximum was. (R04)
enum SignalAmplitudeCheck: InterlockCheck {
  static var id: CheckID { .signalAmplitude }
  static var unit: StaticString { "cdB" }
  static var remedy: StaticString { "turn toward the vein; check gain and coupling" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let floor = Int64(Limits.amplitudeFloor.count)
    guard let signal = c.signal else { return .unknown(limit: floor) }
    return .atLeast(floor, Int64(signal.amplitude.count))
  }
}
