import Alignment
import BenchWorld
import ConsoleEmulator
import Quantities

/// The rig of a console that is emulated in this process.
public final class SimulatedRig: BenchRig {
  public let emulator: ConsoleEmulator
  public var world: BenchWorld { emulator.world }
  package let judge: RunJudge

  public init(_ emulator: ConsoleEmulator) {
    self.emulator = emulator
    judge = RunJudge(emulator.world)
    emulator.observer = { [judge] in judge.note($0) }
  }

  public var handle: HandlePosition {
    HandlePosition(rollDeg: world.handleRollDeg, levelMM: world.handleLevelMM)
  }
  public var isHandleMoving: Bool { world.isHandleMoving }

  public func turn(byDeg angle: Double, speed: Double) {
    world.turnHandle(toDeg: world.handleRollDeg + angle, speedDegPerS: max(abs(speed), 0.1))
  }

  public func move(byMM distance: Double, speed: Double) {
    world.moveHandle(toMM: world.handleLevelMM + distance, speedMMPerS: max(abs(speed), 0.01))
  }

  public func stopHandle() { world.stopHandle() }
  public func set(_ position: EnableSwitchPosition) { emulator.hands.enableSwitch = position }
  public func setEstop(_ isPressed: Bool) { emulator.hands.isEstopPressed = isPressed }

  public func begin(_ kind: FaultKind, amount: Double?, for seconds: Double) {
    emulator.begin(kind, amount: amount, for: seconds)
  }
  public func end(_ kind: FaultKind) { emulator.end(kind) }
  public var hasActiveFaults: Bool { !emulator.faults.isEmpty }

  public var report: RigReport { RigReport(world, judge) }
  public var hasAdvanced: Bool { judge.hasAdvanced }
  public func finish() -> RigReport { report }
}
