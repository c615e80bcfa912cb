import BenchWorld
import ConsoleEmulator
import HardwareSpecs
import Quantities

/// Judges a run from what really happened: true geometry, true inputs, injected faults. It never
/// asks what the interlock believed.
package final class RunJudge {
  /// Times at which the drive was on when it must not be; each episode counts once.
  package private(set) var unsafeEnables = 0
  /// Longest time from a fault to the drive being off.
  package private(set) var longestFaultToOff: Nanoseconds?
  package private(set) var openings = 0
  /// The needle's line met the vein at every instant at which the drive was on.
  package private(set) var alwaysTowardVein = true
  package private(set) var isEnergised = false
  /// When the drive last went off.
  package private(set) var driveOffAt: HostInstant?
  /// Why each unsafe episode was one.
  package private(set) var unsafeReasons: [String] = []
  package private(set) var hasAdvanced = false

  private let world: BenchWorld
  private let allowed = Limits.faultToDriveOff
  private var hazards: [Hazard] = []
  private var isMisaimed = false
  private var stuckSince: HostInstant?

  /// Something that demands the drive to be off.
  private struct Hazard {
    enum Kind: Equatable { case fault(FaultKind), estop, switchReleased }
    var kind: Kind
    var since: HostInstant
    /// The drive was on at some time since.
    var wasEnergised = false
    var isActive = true
    var isReported = false
  }

  package init(_ world: BenchWorld) { self.world = world }

  package func note(_ round: RoundObservation) {
    noteHazards(round)  // with the drive as it was before this round
    hazards.removeAll { !$0.isActive && !$0.wasEnergised }
    if round.isDriveEnergised, !isEnergised { openings += 1 }
    if isEnergised, !round.isDriveEnergised { driveOffAt = round.time }
    isEnergised = round.isDriveEnergised
    if isEnergised, round.needleSpeed > 0 { hasAdvanced = true }
    judgeAim(round)
    for index in hazards.indices { judge(&hazards[index], round) }
  }

  private func noteHazards(_ round: RoundObservation) {
    for kind in FaultKind.allCases {
      set(.fault(kind), demandsOff(kind, round), round.time)
    }
    set(.estop, round.hands.isEstopPressed, round.time)
    set(.switchReleased, !round.hands.isEnabling, round.time)
    if round.faults[.driveStuckOn] == nil {
      stuckSince = nil
    } else if stuckSince == nil {
      stuckSince = round.time
    }
  }

  private func demandsOff(_ kind: FaultKind, _ round: RoundObservation) -> Bool {
    guard round.faults[kind] != nil else { return false }
    switch kind {
    // A stuck contact endangers once the hand lets go.
    case .enableStuck: return !round.hands.isEnabling
    // Drift endangers once it exceeds what the rig is calibrated to.
    case .gainDrift: return round.gainErrorDB.magnitude > Limits.gainTolerance.decibels
    default: return true
    }
  }

  private func set(_ kind: Hazard.Kind, _ isActive: Bool, _ now: HostInstant) {
    if let index = hazards.firstIndex(where: { $0.kind == kind }) {
      hazards[index].isActive = isActive
    } else if isActive {
      hazards.append(Hazard(kind: kind, since: now, wasEnergised: isEnergised))
    }
  }

  /// The drive must be off in time, and then stay off while the hazard lasts.
  private func judge(_ hazard: inout Hazard, _ round: RoundObservation) {
    // A stage that sticks turns the drive on by itself, long after the hand let go perhaps: the
    // time to its trip counts from there.
    let began =
      hazard.kind == .switchReleased ? max(hazard.since, stuckSince ?? hazard.since) : hazard.since
    let elapsed = round.time - began
    if isEnergised {
      hazard.wasEnergised = true
      if elapsed > allowed, !hazard.isReported {
        hazard.isReported = true
        report("drive on \(elapsed.milliseconds) ms after \(hazard.kind)")
      }
    } else if hazard.wasEnergised {
      hazard.wasEnergised = false
      // Letting go of the switch is no fault, but the time above holds for it too.
      if hazard.kind != .switchReleased {
        longestFaultToOff = max(longestFaultToOff ?? .zero, elapsed)
      }
    }
  }

  /// The needle's line must meet the vein, and not be through it, while the drive is on.
  private func judgeAim(_ round: RoundObservation) {
    guard isEnergised else {
      isMisaimed = false
      return
    }
    // A stage that is stuck on cannot be off before its trip: the time for that is judged above.
    if let stuckSince, round.time - stuckSince <= allowed { return }
    let truth = world.truth
    let isAimed = truth.needleEntersVein.map { truth.needleDepthMM <= $0.upperBound } ?? false
    if !isAimed {
      alwaysTowardVein = false
      if !isMisaimed { report("drive on while the needle's line does not meet the vein") }
    }
    isMisaimed = !isAimed
  }

  private func report(_ reason: String) {
    unsafeEnables += 1
    unsafeReasons.append(reason)
  }
}
