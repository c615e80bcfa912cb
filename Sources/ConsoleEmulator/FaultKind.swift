/// Everything that a scenario can make go wrong. Each is injected from outside the part that it
/// afflicts, so that the code under test cannot know.
public enum FaultKind: String, CaseIterable, Codable, Sendable {
  case unplug
  case stall
  case dropFrames = "drop_frames"
  case delayFrames = "delay_frames"
  case corruptFrames = "corrupt_frames"
  case freezeFrames = "freeze_frames"
  case replayFrames = "replay_frames"
  case reorderFrames = "reorder_frames"
  case noiseBurst = "noise_burst"
  case electrosurgery
  case saturate
  case gainDrift = "gain_drift"
  case triggerSkew = "trigger_skew"
  case clockJump = "clock_jump"
  case hostStall = "host_stall"
  case leaseLoss = "lease_loss"
  case enableStuck = "enable_stuck"
  case driveStuckOn = "drive_stuck_on"
  case powerCycle = "power_cycle"
  case wrongDevice = "wrong_device"
  case nanSamples = "nan_samples"
  /// The loop of the console's firmware stands; its timer's interrupt, and its USB hardware, go on.
  case firmwareStall = "firmware_stall"

  /// How strong a fault is: its unit, its value when the file has none, and what is allowed.
  public struct Amount: Equatable, Sendable {
    public var unit: String
    public var standard: Double
    public var range: ClosedRange<Double>
  }

  /// Seconds that the fault lasts when the file does not say; nil for a fault of one instant.
  public var standardDuration: Double? {
    switch self {
    case .clockJump: nil
    case .hostStall: 0.1
    case .leaseLoss, .noiseBurst, .saturate, .nanSamples, .firmwareStall: 0.2
    case .stall, .dropFrames, .delayFrames, .corruptFrames, .freezeFrames, .replayFrames,
      .reorderFrames, .electrosurgery, .powerCycle:
      0.5
    case .triggerSkew, .enableStuck, .driveStuckOn: 1
    case .unplug, .gainDrift, .wrongDevice: 2
    }
  }

  /// nil for faults that are there or not. The ranges begin where a fault endangers: every fault of a
  /// scenario has to turn the drive off.
  public var amount: Amount? {
    switch self {
    case .dropFrames, .corruptFrames:
      Amount(unit: "share of frames", standard: 1, range: 0.2...1)
    case .delayFrames: Amount(unit: "ms", standard: 60, range: 40...10_000)
    case .noiseBurst: Amount(unit: "dB over the noise", standard: 40, range: 30...100)
    case .saturate: Amount(unit: "dB of gain too much", standard: 40, range: 30...100)
    case .gainDrift: Amount(unit: "dB at the end", standard: 6, range: -60...60)
    case .triggerSkew: Amount(unit: "ns", standard: 800, range: 600...100_000)
    case .clockJump: Amount(unit: "ms", standard: 500, range: 25...31_536_000_000)
    default: nil
    }
  }
}
