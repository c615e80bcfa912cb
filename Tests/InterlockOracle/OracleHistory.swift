import HardwareSpecs
import Quantities
import SafetyInterlock

/// Everything that the oracle remembers: what happened, as lists and dates, never as conclusions.
///
/// A rule looks back over it afresh in every step. Lists are cut where no rule can look any more.
struct OracleHistory: Sendable {
  /// Steps taken, this one included.
  var step: UInt64 = 0
  var previousNow: HostInstant?
  var firstNow: HostInstant?
  var firstBoot: HostInstant?

  /// The connection that everything below belongs to (R12).
  var generation: UInt32?
  /// Frames of this connection, oldest first: as many as a dwell can hold, and three at least.
  var frames: [SeenFrame] = []
  /// Frames of this connection for the comparison of clocks.
  var clocks = OracleClocks()
  /// When damage was reported (R11); one entry an item of damage, two a step at the most.
  var damages: [HostInstant] = []

  /// Since when the two contacts of the switch have disagreed (R18).
  var contactsDisagreeSince: HostInstant?
  /// Since when output or motion has not followed the command (R24).
  var mismatchSince: HostInstant?
  /// The newest step in which the switch was seen let go.
  var releasedAt: UInt64 = 0
  /// The newest start, arming, trip or acknowledge.
  var releaseAskedAt: UInt64 = 0

  var search = OracleSearch()
}

/// A frame with what its own step said about it.
struct SeenFrame: Sendable {
  var frame: FrameObservation
  /// Whether every standing and alignment check permitted in the step that brought it.
  var isGood = false
  /// Sequence, nonce and payload are those of a new frame that follows the one before.
  var follows = false
}

extension OracleHistory {
  var newest: FrameObservation? { frames.last?.frame }

  /// The signal of the newest frame, when the console put no mark on that frame.
  var signal: SignalObservation? {
    guard let newest, newest.flags.isEmpty else { return nil }
    return newest.signal
  }

  /// Takes the facts of a step in, before any rule is asked.
  mutating func take(_ inputs: InterlockInputs) {
    step += 1
    if firstNow == nil { firstNow = inputs.now }
    if firstBoot == nil, let boot = inputs.bootTime {
      firstBoot = boot
      firstNow = inputs.now
    }
    if let identity = inputs.identity, identity.generation != generation {
      generation = identity.generation
      frames.removeAll(keepingCapacity: true)
      clocks = OracleClocks()
      search = OracleSearch()
      contactsDisagreeSince = nil
      mismatchSince = nil
    }
    for _ in 0..<min(inputs.damaged, 2) { damages.append(inputs.now) }
    damages.removeAll { inputs.now - $0 > Limits.integrityWindow }
    if let frame = inputs.frame {
      let follows = newest.map { frame.sequence == $0.sequence &+ 1 } ?? true
      frames.append(SeenFrame(frame: frame, follows: follows))
      clocks.take(frame)
      dropOldFrames()
    }
    takeStatus(inputs)
  }

  private mutating func takeStatus(_ inputs: InterlockInputs) {
    guard let status = inputs.currentStatus else { return }
    let contacts = status.contacts
    if contacts == .disagree {
      contactsDisagreeSince = contactsDisagreeSince ?? inputs.now
    } else {
      contactsDisagreeSince = nil
    }
    if contacts == .released { releasedAt = step }
    if status.followsCommand {
      mismatchSince = nil
    } else {
      mismatchSince = mismatchSince ?? inputs.now
    }
  }

  /// A rule looks back over one dwell and over three payloads, no farther.
  private mutating func dropOldFrames() {
    guard frames.count >= 4_096, let newest else { return }
    let keep = frames.lastIndex { newest.deviceTime - $0.frame.deviceTime > Limits.dwell } ?? 0
    frames.removeFirst(min(max(keep - 1, 0), frames.count - 64))
  }
}

/// What the two antivalent contacts of the enable switch say together.
enum Contacts { case held, released, disagree }

extension SafetyStatus {
  var contacts: Contacts {
    switch (flags.contains(.switchNormallyOpen), flags.contains(.switchNormallyClosed)) {
    case (true, false): .held
    case (false, true): .released
    default: .disagree
    }
  }

  /// The enable line and the motion are as commanded (R24).
  var followsCommand: Bool {
    flags.contains(.driveCommanded) == flags.contains(.driveReadback)
      && (!flags.contains(.moving) || flags.contains(.driveCommanded))
  }
}

extension InterlockInputs {
  /// The status, if it is no older than it may be and not from the future (R08).
  var currentStatus: SafetyStatus? {
    guard let status else { return nil }
    let age = now - status.since
    return age >= .zero && age <= Limits.statusStaleAfter ? status.value : nil
  }
}
