import HardwareSpecs
import Quantities
import SafetyInterlock

/// Brings what the interlock remembers into one form for all states that behave alike.
///
/// Four steps, each of which loses nothing that a rule can tell apart, or only adds behaviour:
/// - what no rule will read again is blanked, and numbers that only have to differ are renamed;
/// - time is translated, so that the newest step was at `ModelTime.origin`, and numbers of frames
///   and decisions with it;
/// - an age beyond every limit it is held against stays where it is (ages ≥ 40 ms for what is
///   stale after 30 ms; a dwell of 40 frames and 520 ms);
/// - an age that matters only at a far limit (arming, windows of the clocks, the integrity window,
///   a slice's dwell) stays young, until the stimulus `passing` takes it to that limit. This adds
///   behaviour: the limit may be reached at any time.
enum Canonical {
  static let sequence: UInt32 = 1_000

  /// - Parameters:
  ///   - passed: what the host's clock went on by.
  ///   - deviceJump: what the console's clock jumped by, and has to be taken for the line.
  static func form(
    of interlock: Interlock, witness: Witness, passed: Nanoseconds, deviceJump: Nanoseconds,
    bootJump: Nanoseconds, keepsDwell: Bool
  ) -> InterlockState {
    var state = InterlockState()
    state.machine = machine(interlock.machine.state, passed)
    state.heldEdges = interlock.heldEdges
    state.witness = witness
    var memory = interlock.memory
    let time = Translation(passed: passed, deviceJump: deviceJump, bootJump: bootJump)
    time.apply(&memory)
    if !keepsDwell { youngDwell(&memory, &state.witness) }
    state.memory = memory
    return state
  }

  private static func machine(
    _ state: InterlockStateMachine.State, _ passed: Nanoseconds
  ) -> InterlockStateMachine.State {
    switch state {
    case .faulted(var fault):
      (fault.at, fault.value, fault.limit) = (ModelTime.origin, 0, 0)
      return .faulted(fault)
    case .locked: return .locked
    case .armed(let since): return .armed(since: armed(since, passed))
    case .enabled(let since): return .enabled(armedSince: armed(since, passed))
    }
  }

  private static func armed(_ since: HostInstant, _ passed: Nanoseconds) -> HostInstant {
    let since = since + Nanoseconds(-passed.count)
    let age = ModelTime.origin - since
    let isYoung =
      age >= .milliseconds(20) && age.count < Limits.armingExpires.count - 100_000_000
    return isYoung ? ModelTime.ago(.seconds(1)) : since
  }

  /// A dwell that is under way is at its beginning, until time passes to near its end.
  private static func youngDwell(_ memory: inout InterlockMemory, _ witness: inout Witness) {
    if memory.dwell.frames > 0, memory.dwell.frames < 38 {
      memory.dwell.frames = 1
      memory.dwell.since = ModelTime.origin
      memory.dwell.newest = ModelTime.origin
    }
    if witness.goodFrames > 0, witness.goodFrames < 38 {
      witness.goodFrames = 1
      witness.goodAge = 0
    }
  }
}

/// The translation of one state in time.
private struct Translation {
  var passed: Nanoseconds
  var deviceJump: Nanoseconds
  var bootJump: Nanoseconds

  static let stale = Nanoseconds.milliseconds(40)

  func host(_ instant: HostInstant, atMost age: Nanoseconds) -> HostInstant {
    let moved = instant + Nanoseconds(-passed.count)
    return ModelTime.origin - moved > age ? ModelTime.ago(age) : moved
  }

  func apply(_ memory: inout InterlockMemory) {
    apply(frames: &memory)
    apply(search: &memory.search)
    apply(clocks: &memory.clocks)
    memory.previousStep = memory.previousStep.map { _ in ModelTime.origin }
    memory.switchRead = memory.switchRead.map { host($0, atMost: Self.stale) }
    memory.connectedSince = memory.connectedSince.map {
      let moved = host($0, atMost: .seconds(1_000))
      return ModelTime.origin - moved > Self.stale ? ModelTime.ago(.seconds(1_000)) : moved
    }
    memory.integrity.previous = memory.integrity.previous.flatMap {
      let age = Int64(ModelTime.origin.nanoseconds) - (Int64($0) - passed.count)
      return age > Limits.integrityWindow.count ? nil : ModelTime.origin.nanoseconds
    }
    memory.enableSwitch.disagreesSince = memory.enableSwitch.disagreesSince.map {
      host(HostInstant(nanoseconds: $0), atMost: Self.stale).nanoseconds
    }
    memory.readback.disagreesSince = memory.readback.disagreesSince.map {
      host($0, atMost: Self.stale)
    }
    memory.readback.changed = memory.readback.changed.map {
      host($0, atMost: .milliseconds(50))
    }
    // Shown, and held against nothing.
    memory.readback.mismatch = .zero
    // Both ends, so that what the dwell has lasted stays beyond its limit where it was.
    memory.dwell.since = memory.dwell.since.map { host($0, atMost: .milliseconds(560)) }
    memory.dwell.newest = memory.dwell.newest.map { host($0, atMost: Self.stale) }
    memory.dwell.frames = min(memory.dwell.frames, UInt32(Witness.dwellFrames))
  }

  private func apply(frames memory: inout InterlockMemory) {
    memory.sequence.newest = memory.sequence.newest.map { _ in Canonical.sequence }
    // Payloads and connections bear one of two numbers: which of the two makes no difference.
    memory.frozen.newest = memory.frozen.newest.map { _ in 1 }
    memory.generation = memory.generation.map { _ in 1 }
    memory.frozen.repeats = min(memory.frozen.repeats, UInt32(Limits.frozenPayloads))
    if var frame = memory.frame {
      frame.sequence = Canonical.sequence
      frame.received = host(frame.received, atMost: Self.stale)
      // Only a permit reads it, and that is looked at before.
      frame.deviceTime = ModelTime.device(at: frame.received)
      frame.payloadCRC = 1
      frame.nonce = 71
      // Only the search reads where the handle was, when the frame comes.
      (frame.handleRoll, frame.handleLevel) = (.zero, .zero)
      memory.frame = frame
    }
  }

  /// A search that is over looks at no frame, and the next one begins with none.
  private func apply(search: inout PeakSearch) {
    guard !search.isActive else { return }
    (search.previous, search.beforePrevious) = (nil, nil)
  }

  private func apply(clocks: inout ClockMonitor) {
    clocks.disagreement = .zero
    clocks.newestHost = clocks.newestHost.map { _ in ModelTime.origin }
    clocks.boot = clocks.boot.map(young)
    clocks.newestBoot = clocks.newestBoot.map(young)
    clocks.device = clocks.device.map { line($0, atMost: .zero) }
    clocks.leastLate = clocks.leastLate.map { line($0, atMost: .zero) }
    clocks.leastLateBefore = clocks.leastLateBefore.map { line($0, atMost: .zero) }
    clocks.newestDevice = clocks.newestDevice.map { line($0, atMost: Self.stale) }
    clocks.settlingSince = clocks.settlingSince.map {
      let moved = host($0, atMost: Limits.clockSettle)
      return moved == ModelTime.ago(Limits.clockSettle) ? moved : ModelTime.origin
    }
    clocks.leastSince = ModelTime.origin
  }

  /// A reading, moved along its own line to now: how far apart two clocks are does not change.
  private func young(_ reading: ClockMonitor.BootReading) -> ClockMonitor.BootReading {
    let apart = reading.boot - reading.host
    var moved = reading
    moved.host = ModelTime.origin
    moved.boot = ModelTime.origin + apart + Nanoseconds(-bootJump.count)
    return moved
  }

  private func line(
    _ reading: ClockMonitor.DeviceReading, atMost age: Nanoseconds
  ) -> ClockMonitor.DeviceReading {
    let lead = Int64(reading.device.nanoseconds) - Int64(reading.host.nanoseconds)
    var moved = reading
    moved.host = host(reading.host, atMost: age)
    moved.device = DeviceInstant(
      nanoseconds: UInt64(Int64(moved.host.nanoseconds) + lead - deviceJump.count))
    return moved
  }
}
