import Alignment
import BenchWorld
import ConsoleEmulator

/// A person's hands on the simulated rig: handle, enable switch, emergency stop.
struct RigHands {
  let world: BenchWorld
  let emulator: ConsoleEmulator

  var handle: HandlePosition {
    HandlePosition(rollDeg: world.handleRollDeg, levelMM: world.handleLevelMM)
  }

  var isMoving: Bool { world.isHandleMoving }

  func turn(byDeg angle: Double, speed: Double) {
    world.turnHandle(toDeg: world.handleRollDeg + angle, speedDegPerS: max(abs(speed), 0.1))
  }

  func move(byMM distance: Double, speed: Double) {
    world.moveHandle(toMM: world.handleLevelMM + distance, speedMMPerS: max(abs(speed), 0.01))
  }

  func carryOut(_ instruction: Guidance.Instruction) {
    switch instruction {
    case .rotate(let angle, let speed): turn(byDeg: angle, speed: speed)
    case .move(let distance, let speed): move(byMM: distance, speed: speed)
    case .sweep(let roll, let rollSpeed, let level, let levelSpeed):
      turn(byDeg: roll, speed: rollSpeed)
      move(byMM: level, speed: levelSpeed)
    case .hold, .searchExhausted: world.stopHandle()
    }
  }

  func set(_ position: EnableSwitchPosition) { emulator.hands.enableSwitch = position }
  func setEstop(_ isPressed: Bool) { emulator.hands.isEstopPressed = isPressed }
}
