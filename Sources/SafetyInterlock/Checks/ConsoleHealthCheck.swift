import HardwareSpecs
import Quantities

/// Supply, temperature, watchdog and gain are known and within limits; the value is the gain error.
/// (R26)
enum ConsoleHealthCheck: InterlockCheck {
  static var id: CheckID { .consoleHealth }
  static var unit: StaticString { "cdB" }
  static var remedy: StaticString { "check supply and temperature, and let the gain settle" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let limit = Int64(Limits.gainTolerance.count)
    guard let status = c.status, let frame = c.memory.frame else { return .unknown(limit: limit) }
    let error = Int64(status.measuredGain.count) - Int64(c.setup.commandedGain.count)
    let supply = Int32(status.supplyMv)
    let temperature = Int32(status.temperatureCdegc)
    let fit =
      status.flags.isSuperset(of: [.supplyOk, .temperatureOk, .watchdogOk])
      && supply >= Limits.supplyMin && supply <= Limits.supplyMax
      && temperature >= Limits.temperatureMin && temperature <= Limits.temperatureMax
      && !frame.flags.contains(.emitterFault)
    return CheckResult(
      fit && error.magnitude <= UInt64(limit) ? .permit : .deny, value: error, limit: limit)
  }
}
