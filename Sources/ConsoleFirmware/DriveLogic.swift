import HardwareSpecs
import Quantities
import SafetyInterlock

/// What the drive was told to do.
enum Motion: Equatable, Sendable {
  case stop
  case advance(target: Micrometres, speed: Int32)
  /// Ends by itself at `until`: the host has to ask again and again (R13).
  case retract(target: Micrometres, speed: Int32, until: DeviceInstant)
}

/// The drive output as a pure function: lease × held switch × emergency stop × watchdog, and no trip.
enum DriveLogic {
  struct Conditions: Equatable, Sendable {
    /// Travel that the running lease still allows; nil without a lease.
    var travelLeft: Micrometres?
    var isSwitchHeld: Bool
    var isEstopOK: Bool
    var isWatchdogHealthy: Bool
    var isTripped: Bool
    var depth: Micrometres
    /// The length of the round that the speed will hold for.
    var round: Nanoseconds
  }

  static func outputs(_ motion: Motion, _ c: Conditions) -> Outputs {
    var outputs = Outputs()
    outputs.isRelayClosed = !c.isTripped && c.isEstopOK && c.isWatchdogHealthy
    guard outputs.isRelayClosed, c.isSwitchHeld else { return outputs }
    switch motion {
    case .stop: break
    case .advance(let target, let speed):
      guard let left = c.travelLeft else { break }
      outputs.driveEnable = true
      let way = min(Int64(target.count) - Int64(c.depth.count), Int64(left.count))
      outputs.needleSpeed = max(0, bounded(speed, way: way, round: c.round))
    case .retract(let target, let speed, _):
      let way = Int64(c.depth.count) - Int64(target.count)
      outputs.needleSpeed = -max(0, bounded(speed, way: way, round: c.round))
    }
    return outputs
  }

  /// The speed that does not overrun `way` within one round.
  private static func bounded(_ speed: Int32, way: Int64, round: Nanoseconds) -> Int32 {
    guard way > 0, round > .zero else { return 0 }
    // A way is a difference of two 32-bit lengths: the product stays below 2⁶³.
    let reach = way * 1_000_000_000 / round.count
    return Int32(clamping: min(Int64(speed), reach))
  }
}
