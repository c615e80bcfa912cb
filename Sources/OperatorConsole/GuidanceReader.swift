import Alignment
import ControlRuntime
import HardwareSpecs
import Quantities

/// Asks for guidance when a person would look for it: when the handle has come to rest, or when
/// what is
/// under way is overtaken.
struct GuidanceReader {
  /// From rest to the next look; the catheter's tip settles meanwhile.
  static let settles = Nanoseconds.milliseconds(200)
  /// While the instruction is to hold still.
  static let holdsFor = Nanoseconds.milliseconds(100)

  /// Counts instructions: a new number is a new thing to do.
  private(set) var instruction: UInt64 = 0
  private(set) var isOvertaken = false
  /// When the newest answer came; nil before the first of a search.
  private(set) var answeredAt: HostInstant?
  private(set) var handle: HandlePosition?
  private(set) var isMoving = false
  private var lookAt = HostInstant(nanoseconds: 0)
  private var last: Guidance.Instruction?
  private var movedSince = true
  private var resting: (handle: HandlePosition, since: HostInstant)?

  mutating func begin() {
    last = nil
    movedSince = true
    isOvertaken = false
    answeredAt = nil
  }

  mutating func look(_ runtime: BenchRuntime, hands: (any RigHands)?) {
    let now = runtime.snapshot.now
    let wasMoving = isMoving
    place(runtime, hands, at: now)
    if isMoving { movedSince = true }
    guard runtime.isSearching, let handle else { return }
    if runtime.isGuidanceOvertaken, isMoving {
      ask(runtime, handle, at: now, overtakes: true)
    } else if isMoving {
      return
    } else if wasMoving {
      lookAt = now + Self.settles
    } else if now >= lookAt {
      ask(runtime, handle, at: now, overtakes: false)
    }
  }

  private mutating func ask(
    _ runtime: BenchRuntime, _ handle: HandlePosition, at now: HostInstant, overtakes: Bool
  ) {
    guard let guidance = runtime.guidance(handle: handle, isMoving: isMoving) else { return }
    lookAt = now + Self.holdsFor
    answeredAt = now
    if !movedSince, guidance.instruction == last { return }
    instruction += 1
    last = guidance.instruction
    isOvertaken = overtakes
    movedSince = false
  }

  /// On a rig without hands of ours the frames tell where the handle is, and whether it moves.
  private mutating func place(
    _ runtime: BenchRuntime, _ hands: (any RigHands)?, at now: HostInstant
  ) {
    if let hands {
      handle = hands.handle
      isMoving = hands.isHandleMoving
      return
    }
    guard let header = runtime.snapshot.frame?.header else {
      handle = nil
      return
    }
    let seen = HandlePosition(
      rollDeg: header.handleRoll.degrees, levelMM: header.handleLevel.millimetres)
    handle = seen
    if let resting, abs(resting.handle.rollDeg - seen.rollDeg) < 0.3,
      abs(resting.handle.levelMM - seen.levelMM) < 0.02
    {
      isMoving = now - resting.since < .milliseconds(150)
    } else {
      resting = (seen, now)
      isMoving = true
    }
  }
}
