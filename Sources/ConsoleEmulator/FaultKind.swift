/// What can go wrong on purpose: the names that scenario files use.
public enum FaultKind: String, CaseIterable, Sendable, Codable {
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

  /// How long it lasts unless the scenario says otherwise, in seconds.
  public var defaultDuration: Double {
    switch self {
    case .hostStall: 0.2
    case .clockJump: 0.001
    case .powerCycle, .unplug, .wrongDevice: 1.0
    default: 0.5
    }
  }

  /// How strong it is unless the scenario says otherwise; nil when it has no strength.
  public var defaultAmount: Double? {
    switch self {
    case .dropFrames: 5
    case .delayFrames: 60
    case .noiseBurst: 2_000
    case .saturate: 40
    case .gainDrift: 20
    case .triggerSkew: 1_000
    case .clockJump: 1_000
    default: nil
    }
  }

  /// What the strength counts, with its unit.
  public var amountMeaning: String? {
    switch self {
    case .dropFrames: "frames lost of every ten"
    case .delayFrames: "ms that frames are held back"
    case .noiseBurst: "LSB of added noise (standard deviation)"
    case .saturate: "dB of added gain"
    case .gainDrift: "dB/s of gain that nobody asked for"
    case .triggerSkew: "ns that the trigger is late"
    case .clockJump: "ms that the console's clock jumps ahead"
    default: nil
    }
  }

  /// What happens, in one line.
  public var summary: String {
    switch self {
    case .unplug: "the cable is pulled, and plugged in again"
    case .stall: "the stream pipe stalls"
    case .dropFrames: "frames are lost on the way"
    case .delayFrames: "frames arrive late"
    case .corruptFrames: "bits of frames flip on the way"
    case .freezeFrames: "every frame carries the same samples under a new header"
    case .replayFrames: "old frames are sent again"
    case .reorderFrames: "neighbouring frames change places"
    case .noiseBurst: "wide-band noise swamps the signal"
    case .electrosurgery: "electrosurgery bursts at 0.3 to 5 MHz"
    case .saturate: "the receiver is driven into clipping"
    case .gainDrift: "the gain drifts"
    case .triggerSkew: "the trigger comes late"
    case .clockJump: "the console's clock jumps"
    case .hostStall: "the host's control loop stops"
    case .leaseLoss: "lease messages are lost on the way"
    case .enableStuck: "one contact of the enable switch sticks where it is"
    case .driveStuckOn: "the drive's enable stage is stuck on"
    case .powerCycle: "the console loses power, and starts again"
    case .wrongDevice: "another console is plugged in instead"
    case .nanSamples: "samples hold codes that a 14-bit converter cannot give"
    }
  }
}
