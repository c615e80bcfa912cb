import HardwareSpecs
import Quantities

/// What one step leaves for the next: the monitors and the newest frame.
public struct InterlockMemory: Hashable, Sendable {
  public package(set) var frame: FrameObservation?
  public package(set) var previousStep: HostInstant?
  public package(set) var generation: UInt32?
  /// When the present connection was first seen; what is older is of another one (R12).
  public package(set) var connectedSince: HostInstant?
  /// When the newest status came that the switch was read from.
  public package(set) var switchRead: HostInstant?
  public package(set) var sequence = SequenceMonitor()
  public package(set) var sequenceStep: SequenceMonitor.Step?
  public package(set) var frozen = FrozenMonitor()
  public package(set) var integrity = IntegrityMonitor()
  public package(set) var clocks = ClockMonitor()
  public package(set) var enableSwitch = SwitchMonitor()
  public package(set) var readback = HostReadback()
  public package(set) var search = PeakSearch()
  public package(set) var dwell = Dwell()

  init() {}

  /// Takes in a step's inputs, before any check is evaluated.
  mutating func absorb(_ inputs: InterlockInputs, isArmed: Bool, isEnabled: Bool) {
    clocks.note(now: inputs.now, bootTime: inputs.bootTime)
    integrity.note(damaged: inputs.damaged, now: inputs.now.nanoseconds)
    if inputs.identity?.generation != generation {
      forgetConnection(inputs.identity?.generation, now: inputs.now)
    }
    if !isArmed {
      // The maximum is reset only while disarmed (R04).
      if inputs.edges.contains(.beginSearch) { search.begin() }
      if inputs.edges.contains(.finishSearch) { search.finish() }
    }
    if let status = status(inputs) {
      noteSwitch(status)
      readback.note(status.value, isEnabled: isEnabled, now: inputs.now)
    } else {
      enableSwitch.demandRelease()
    }
    // A frame of another connection teaches nothing; the identity check latches it (R12).
    if let frame = inputs.frame, frame.nonce == inputs.identity?.nonce { absorb(frame) }
  }

  /// The console's status, if it is fresh (R08) and of this connection (R12).
  func status(_ inputs: InterlockInputs) -> Fresh<SafetyStatus>? {
    guard let status = inputs.status, let connectedSince, status.since >= connectedSince,
      status.value(at: inputs.now, within: Limits.statusStaleAfter) != nil
    else { return nil }
    return status
  }

  /// Reads the switch once from each status: an old release, seen again, is no new release (R18).
  private mutating func noteSwitch(_ status: Fresh<SafetyStatus>) {
    guard status.since != switchRead else { return }
    switchRead = status.since
    enableSwitch.note(
      normallyOpen: status.value.flags.contains(.switchNormallyOpen),
      normallyClosed: status.value.flags.contains(.switchNormallyClosed),
      now: status.since.nanoseconds)
  }

  private mutating func absorb(_ frame: FrameObservation) {
    sequenceStep = sequence.accept(frame.sequence)
    // What is not ahead of the newest frame is no news: it denies, and teaches nothing.
    if case .behind(let by) = sequenceStep {
      // A counter that stands still is a frozen source (R09).
      if by == 0 { frozen.noteStillCounter() }
      return
    }
    self.frame = frame
    frozen.note(payloadCRC: frame.payloadCRC)
    clocks.note(deviceTime: frame.deviceTime, received: frame.received)
    search.note(
      frame.trueSignal, roll: frame.handleRoll, level: frame.handleLevel)
  }

  /// A new connection: nothing of the old one counts (R12).
  private mutating func forgetConnection(_ generation: UInt32?, now: HostInstant) {
    self.generation = generation
    connectedSince = generation == nil ? nil : now
    switchRead = nil
    frame = nil
    sequence.reset()
    sequenceStep = nil
    frozen.reset()
    clocks.resetDevice()
    search = PeakSearch()
    dwell.reset()
    readback = HostReadback()
    enableSwitch.demandRelease()
  }

  /// What an acknowledge clears, before the step's own inputs are taken in: what is wrong in the
  /// step itself is not forgiven (R20).
  mutating func clearLatches() {
    integrity.acknowledge()
    clocks.acknowledge()
    enableSwitch.acknowledge()
    readback.acknowledge()
    dwell.reset()
  }
}
