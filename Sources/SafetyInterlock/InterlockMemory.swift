import HardwareSpecs
import Quantities

/// What one step leaves for the next: the monitors and the newest frame.
public struct InterlockMemory: Equatable, Sendable {
  public internal(set) var frame: FrameObservation?
  public internal(set) var previousStep: HostInstant?
  public internal(set) var generation: UInt32?
  public internal(set) var sequence = SequenceMonitor()
  public internal(set) var sequenceStep: SequenceMonitor.Step?
  public internal(set) var frozen = FrozenMonitor()
  public internal(set) var integrity = IntegrityMonitor()
  public internal(set) var clocks = ClockMonitor()
  public internal(set) var enableSwitch = SwitchMonitor()
  public internal(set) var readback = HostReadback()
  public internal(set) var search = PeakSearch()
  public internal(set) var dwell = Dwell()

  init() {}

  /// Takes in a step's inputs, before any check is evaluated.
  mutating func absorb(_ inputs: InterlockInputs, isArmed: Bool, isEnabled: Bool) {
    clocks.note(now: inputs.now, bootTime: inputs.bootTime)
    integrity.note(damaged: inputs.damaged, now: inputs.now.nanoseconds)
    if inputs.identity?.generation != generation { forgetConnection(inputs.identity?.generation) }
    if !isArmed {
      // The maximum is reset only while disarmed (R04).
      if inputs.edges.contains(.beginSearch) { search.begin() }
      if inputs.edges.contains(.finishSearch) { search.finish() }
    }
    if let status = inputs.status?.value(at: inputs.now, within: Limits.statusStaleAfter) {
      enableSwitch.note(
        normallyOpen: status.flags.contains(.switchNormallyOpen),
        normallyClosed: status.flags.contains(.switchNormallyClosed),
        now: inputs.now.nanoseconds)
      readback.note(status, isEnabled: isEnabled, now: inputs.now)
    } else {
      enableSwitch.demandRelease()
    }
    if let frame = inputs.frame { absorb(frame) }
  }

  private mutating func absorb(_ frame: FrameObservation) {
    sequenceStep = sequence.accept(frame.sequence)
    // What is not ahead of the newest frame is no news: it denies, and teaches nothing.
    if case .behind = sequenceStep { return }
    self.frame = frame
    frozen.note(payloadCRC: frame.payloadCRC)
    clocks.note(deviceTime: frame.deviceTime, received: frame.received)
    search.note(
      frame.flags.contains(.clipped) ? nil : frame.signal, roll: frame.handleRoll,
      level: frame.handleLevel)
  }

  /// A new connection: nothing of the old one counts (R12).
  private mutating func forgetConnection(_ generation: UInt32?) {
    self.generation = generation
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

  /// What an accepted acknowledge clears.
  mutating func clearLatches() {
    integrity.acknowledge()
    clocks.acknowledge()
    enableSwitch.acknowledge()
    readback.acknowledge()
    frozen.reset()
    dwell.reset()
  }
}
