import BenchWorld
import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeHAL
import Quantities
import Scenarios

/// One emulated console with its rig, as a process serves it: the USB side through the gate, the rest
/// from the rig's own link.
///
/// Thread-safe: everything happens inside the gate.
public final class HostedConsole: Sendable {
  public let gate: DeviceGate
  public let serial: SerialNumber
  private let specHash: UInt64
  // Touched inside the gate only.
  private nonisolated(unsafe) var rig: SimulatedRig
  private nonisolated(unsafe) var start: HostInstant

  public init(
    world: WorldParameters, seed: UInt64, serial: SerialNumber, specHash: UInt64,
    at now: HostInstant
  ) {
    self.serial = serial
    self.specHash = specHash
    let rig = Self.rig(world, seed, serial, specHash)
    self.rig = rig
    start = now
    nonisolated(unsafe) let emulator = rig.emulator
    gate = DeviceGate { emulator }
  }

  private static func rig(
    _ world: WorldParameters, _ seed: UInt64, _ serial: SerialNumber, _ specHash: UInt64
  ) -> SimulatedRig {
    let emulator = BenchAssembly.console(world, seed: seed, serial: serial, specHash: specHash)
    // The host is another process, with a clock of its own.
    emulator.stallsHost = false
    return SimulatedRig(emulator)
  }

  /// Runs the console and its world up to an instant of the serving clock. An instant from before the
  /// bench was set up changes nothing: with many consoles to serve, the bench may be set up anew between
  /// the look at the clock and this console's turn.
  public func advance(to now: HostInstant) {
    gate.run { device in
      guard now >= start else { return }
      _ = device.advance(to: HostInstant(nanoseconds: 0) + (now - start))
    }
  }

  /// Does what the rig's link asks of this console; never refuses. The action has no flaw.
  func carryOut(_ action: RigRequest.Action, at now: HostInstant) {
    gate.run { device in
      switch action {
      case .load(let world, let seed):
        rig = Self.rig(world, seed, serial, specHash)
        start = now
        device.replace(rig.emulator)
      case .turn(let angle, let speed): rig.turn(byDeg: angle, speed: speed)
      case .move(let distance, let speed): rig.move(byMM: distance, speed: speed)
      case .stopHandle: rig.stopHandle()
      case .enableSwitch(let position): rig.set(position)
      case .estop(let isPressed): rig.setEstop(isPressed)
      case .beginFault(let kind, let amount, let seconds):
        rig.begin(kind, amount: amount, for: seconds)
      case .endFault(let kind): rig.end(kind)
      case .link(let faults): device.faults = faults
      case .pass, .look, .follow: break
      }
      device.refresh()
    }
  }

  func state(carriedOut: UInt64) -> RigState {
    gate.run { device in
      var state = RigState()
      state.serial = device.serial.text
      state.isPlugged = device.isPlugged
      state.handleRollDeg = rig.world.handleRollDeg
      state.handleLevelMM = rig.world.handleLevelMM
      state.isHandleMoving = rig.world.isHandleMoving
      state.carriedOut = carriedOut
      state.deliveredStream = device.counts.deliveredStream
      state.deliveredSafety = device.counts.deliveredSafety
      state.isDrained = rig.emulator.isEmpty(.stream) && rig.emulator.isEmpty(.safety)
      state.linesMade = rig.emulator.linesMade
      state.linesOverflowed = rig.emulator.linesOverflowed
      state.startedAt = start.nanoseconds
      state.report = rig.report
      return state
    }
  }
}
