/// The stable identity of a check: what journals, scenarios, screens and the trace table name.
///
/// The order is the order of blame: when several checks fail in one step, the first is the cause.
public enum CheckID: UInt8, CaseIterable, Sendable {
  case linkConnected
  case linkIdentity
  case configurationValid
  case journalRecording
  case loopDeadline
  case clockConsistent
  case streamIntegrity
  case streamSequence
  case streamLive
  case streamFresh
  case consoleFresh
  case consoleEstop
  case switchEnable
  case consoleReadback
  case consoleTrip
  case consoleHealth
  case consoleSelfTest
  case drivePosition
  case signalValid
  case signalAmplitude
  case signalSNR
  case rangeSoundSpeed
  case rangeReach
  case rangeStable
  case alignmentLinkBudget
  case alignmentBracketed
  case alignmentPeak
  case alignmentTimeOfFlight
  case armingArmed
  case alignmentDwell

  public static var count: Int { 30 }

  public var name: StaticString {
    switch self {
    case .linkConnected: "link.connected"
    case .linkIdentity: "link.identity"
    case .configurationValid: "configuration.valid"
    case .journalRecording: "journal.recording"
    case .clockConsistent: "clock.consistent"
    case .loopDeadline: "loop.deadline"
    case .streamIntegrity: "stream.integrity"
    case .streamSequence: "stream.sequence"
    case .streamLive: "stream.live"
    case .streamFresh: "stream.fresh"
    case .consoleFresh: "console.fresh"
    case .consoleEstop: "console.estop"
    case .switchEnable: "switch.enable"
    case .consoleReadback: "console.readback"
    case .consoleTrip: "console.trip"
    case .consoleHealth: "console.health"
    case .consoleSelfTest: "console.self_test"
    case .drivePosition: "drive.position"
    case .signalValid: "signal.valid"
    case .signalAmplitude: "signal.amplitude"
    case .signalSNR: "signal.snr"
    case .rangeSoundSpeed: "range.sound_speed"
    case .rangeReach: "range.reach"
    case .rangeStable: "range.stable"
    case .alignmentLinkBudget: "alignment.link_budget"
    case .alignmentBracketed: "alignment.bracketed"
    case .alignmentPeak: "alignment.peak"
    case .alignmentTimeOfFlight: "alignment.time_of_flight"
    case .armingArmed: "arming.armed"
    case .alignmentDwell: "alignment.dwell"
    }
  }

  /// Which answer the check belongs to.
  ///
  /// *Standing* checks must hold before anything may be acknowledged; *alignment* checks also
  /// before arming; *gate* checks only for the permit itself.
  public var kind: Kind {
    switch self {
    case .switchEnable, .armingArmed, .alignmentDwell: .gate
    case .signalValid, .signalAmplitude, .signalSNR, .rangeReach, .rangeStable,
      .alignmentLinkBudget, .alignmentBracketed, .alignmentPeak, .alignmentTimeOfFlight:
      .alignment
    default: .standing
    }
  }

  public enum Kind: Sendable { case standing, alignment, gate }
}
