import Alignment
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// Everything that is fixed before a session.
public struct RuntimeSetup: Sendable {
  public var interlock: InterlockSetup
  public var tracker: TrackerConfiguration
  public var beam: BeamModel
  public var pulseRateHz: UInt32
  public var gain: CentiDecibels

  /// - Parameter beam: what an aligned emitter delivers; the interlock's link budget is its table.
  public init(
    serial: SerialNumber, firmwareHash: UInt64, specHash: UInt64, tracker: TrackerConfiguration,
    beam: BeamModel, pulseRateHz: UInt32 = UInt32(Limits.pulseRate), gain: CentiDecibels = .zero
  ) {
    self.tracker = tracker
    self.beam = beam
    self.pulseRateHz = pulseRateHz
    self.gain = gain
    interlock = InterlockSetup(
      serial: serial, firmwareHash: firmwareHash, specHash: specHash,
      linkBudget: LinkBudget { millimetres in
        let level = beam.onAxisAmplitudeDB(rangeMM: Double(millimetres))
        return CentiDecibels(Int32((min(max(level, -1_000), 1_000) * 100).rounded()))
      }, commandedGain: gain)
  }

  public var soundSpeed: MillimetresPerSecond {
    MillimetresPerSecond(Int32(min(max(beam.soundSpeedMPerS, 0), 1e5) * 1_000))
  }

  /// Whether the console acquires with the settings that this setup commands (R25).
  func isHeld(by header: LineHeader) -> Bool {
    header.pulseRateHz == pulseRateHz && header.gain == gain && header.delay == tracker.delay
      && header.sampleRateHz == UInt32(tracker.pulse.sampleRateHz)
      && Int(header.sampleCount) == tracker.sampleCount
  }

  var configure: Configure {
    Configure(
      pulseRateHz: pulseRateHz, sampleRateHz: UInt32(tracker.pulse.sampleRateHz),
      sampleCount: UInt16(tracker.sampleCount), gain: gain, delay: tracker.delay)
  }
}
