import Alignment
import ConsoleEmulator

/// The rig around a console, reached out of band: a person's hands, what goes wrong, and what really
/// happened. The console's own link never carries any of it.
///
/// Not thread-safe: the thread of the run calls it, and nothing here waits but `finish`.
public protocol BenchRig: AnyObject {
  /// Encoders of the send catheter's handle.
  var handle: HandlePosition { get }
  var isHandleMoving: Bool { get }
  /// Turns on from where the encoder stands, degrees and degrees a second.
  func turn(byDeg angle: Double, speed: Double)
  /// Moves on from where the encoder stands, millimetres and millimetres a second.
  func move(byMM distance: Double, speed: Double)
  func stopHandle()
  func set(_ position: EnableSwitchPosition)
  func setEstop(_ isPressed: Bool)

  /// Starts a fault; it lasts until `end`.
  func begin(_ kind: FaultKind, amount: Double?, for seconds: Double)
  func end(_ kind: FaultKind)
  var hasActiveFaults: Bool { get }

  /// What really happened so far. **For the judge of a run only.**
  var report: RigReport { get }
  /// The drive has pushed the needle out at least once.
  var hasAdvanced: Bool { get }
  /// The last word on the run, once the runtime has shut down.
  func finish() -> RigReport
}

extension BenchRig {
  func carryOut(_ instruction: Guidance.Instruction) {
    switch instruction {
    case .rotate(let angle, let speed): turn(byDeg: angle, speed: speed)
    case .move(let distance, let speed): move(byMM: distance, speed: speed)
    case .sweep(let roll, let rollSpeed, let level, let levelSpeed):
      turn(byDeg: roll, speed: rollSpeed)
      move(byMM: level, speed: levelSpeed)
    case .hold, .searchExhausted: stopHandle()
    }
  }
}
