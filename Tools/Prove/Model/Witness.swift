import Quantities
import SafetyInterlock

/// What an onlooker who knows only the stimuli and the rules would have seen so far.
///
/// It reads no check and no monitor: the invariants hold the interlock against it.
struct Witness: Hashable {
  /// A fresh acknowledge that named the cause, since the newest fault (R20).
  var acknowledged = false
  /// A fresh arm edge with no disarm, since the newest acknowledge, disarm or fault (R19).
  var armed = false
  /// The switch was seen released since arming (R18).
  var released = false
  /// Healthy frames in a row, and how long since the first of them in ms (R07). Both saturate.
  var goodFrames: UInt8 = 0
  var goodAge: UInt16 = 0
  /// Since the newest frame, and since the newest status, in ms (R08). Both saturate.
  var frameAge: UInt16 = Witness.old
  var statusAge: UInt16 = Witness.old
  /// Frames in a row that repeat the one before (R09). Saturates.
  var repeats: UInt8 = 0
  /// For how long the drive's line has been on without a permit, in ms (R24). Saturates.
  var lineOn: UInt16 = 0
  /// Buttons that were down in the step before.
  var held: OperatorEdges = []

  /// Nothing is wrong in this step, nor has been borne for too long.
  func isHealthy(_ stimulus: Stimulus) -> Bool { stimulus.isHealthy && repeats < 2 }

  static let lineOnLimit: UInt16 = 100
  static let old: UInt16 = 40
  static let dwellFrames: UInt8 = 40
  static let dwellAge: UInt16 = 520

  /// What the witness knows before the interlock answers.
  mutating func see(_ stimulus: Stimulus, in state: InterlockState) {
    let fresh = stimulus.edges.subtracting(held)
    held = stimulus.edges.subtracting(.disarm)
    let passed = UInt16(max(0, ModelTime.length(stimulus.period).count / 1_000_000))
    frameAge = min(Self.old, frameAge + passed)
    statusAge = min(Self.old, statusAge + passed)
    if stimulus.frame != .none, stimulus.frame != .old { frameAge = 0 }
    switch stimulus.status {
    case .none, .repeated, .stale: break
    default: statusAge = 0
    }

    if state.isFaulted {
      armed = false
      released = false
      if fresh.contains(.acknowledge), !stimulus.edges.contains(.disarm),
        stimulus.press != .acknowledgeOther
      {
        acknowledged = true
      }
    } else {
      if fresh.contains(.arm) { armed = true }
      if stimulus.edges.contains(.disarm) { armed = false }
    }
    seeRepeats(stimulus)
    let isLineWrong = stimulus.status == .lineOn && !state.isEnabled && stimulus.link == .good
    lineOn = isLineWrong ? min(Self.lineOnLimit, lineOn + passed) : 0
    if stimulus.readsSwitch, stimulus.contacts == .released { released = true }
    if stimulus.status == .none || stimulus.status == .stale { released = false }
    countGood(stimulus, passed)
  }

  /// What follows from the answer.
  mutating func hear(before: InterlockState, after: InterlockStateMachine.State) {
    switch after {
    case .faulted:
      acknowledged = false
      armed = false
      released = false
    case .locked:
      // An arm edge that was refused is used up.
      armed = false
      released = false
    case .armed:
      // The release has to come after arming.
      if !before.isArmed { released = false }
    case .enabled: break
    }
  }

  private mutating func seeRepeats(_ stimulus: Stimulus) {
    switch stimulus.frame {
    case .none, .foreign: break
    case .frozen, .still: repeats = min(3, repeats + 1)
    default: repeats = 0
    }
  }

  private mutating func countGood(_ stimulus: Stimulus, _ passed: UInt16) {
    if goodFrames > 0 { goodAge = min(Self.dwellAge, goodAge + passed) }
    guard isHealthy(stimulus), frameAge <= 30, statusAge <= 30 else {
      goodFrames = 0
      goodAge = 0
      return
    }
    if stimulus.frame != .none { goodFrames = min(Self.dwellFrames, goodFrames + 1) }
  }
}
