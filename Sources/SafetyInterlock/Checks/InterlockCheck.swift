import HardwareSpecs
import Quantities

/// One condition of the permit: an id, a unit, a remedy, and a judgement without side effects.
protocol InterlockCheck {
  static var id: CheckID { get }
  static var unit: StaticString { get }
  /// What the operator can do about a denial.
  static var remedy: StaticString { get }
  static func evaluate(_ c: CheckContext) -> CheckResult
}

/// What a check may look at: this step's inputs and what earlier steps left.
struct CheckContext {
  var inputs: InterlockInputs
  var memory: InterlockMemory
  var setup: InterlockSetup
  var isArmed: Bool

  /// The console's status, if it is fresh (R08) and of this connection (R12).
  var status: SafetyStatus? { memory.status(inputs)?.value }

  var signal: SignalObservation? { memory.frame?.signal }

  /// Range from the time of flight; nil when it is not a length that the table of R06 knows.
  var distance: Micrometres? {
    guard let signal, let speed = inputs.soundSpeed, signal.timeOfFlight.count >= 0,
      signal.timeOfFlight.count <= 1_000_000, speed.count >= 0
    else { return nil }
    return Micrometres(Int32(clamping: signal.timeOfFlight.count * Int64(speed.count) / 1_000_000))
  }
}

/// The register: every check once. The dwell judges the others, so it comes last.
enum Checks {
  static func evaluateAllButDwell(_ context: CheckContext) -> CheckReport {
    var report = CheckReport()
    report.note(LinkConnectedCheck.self, context)
    report.note(LinkIdentityCheck.self, context)
    report.note(ConfigurationValidCheck.self, context)
    report.note(JournalRecordingCheck.self, context)
    report.note(ClockConsistentCheck.self, context)
    report.note(LoopDeadlineCheck.self, context)
    report.note(StreamIntegrityCheck.self, context)
    report.note(StreamSequenceCheck.self, context)
    report.note(StreamLiveCheck.self, context)
    report.note(StreamFreshCheck.self, context)
    report.note(ConsoleFreshCheck.self, context)
    report.note(ConsoleEstopCheck.self, context)
    report.note(SwitchEnableCheck.self, context)
    report.note(ConsoleReadbackCheck.self, context)
    report.note(ConsoleTripCheck.self, context)
    report.note(ConsoleHealthCheck.self, context)
    report.note(ConsoleSelfTestCheck.self, context)
    report.note(DrivePositionCheck.self, context)
    report.note(SignalValidCheck.self, context)
    report.note(SignalAmplitudeCheck.self, context)
    report.note(SignalSNRCheck.self, context)
    report.note(RangeSoundSpeedCheck.self, context)
    report.note(RangeReachCheck.self, context)
    report.note(RangeStableCheck.self, context)
    report.note(AlignmentLinkBudgetCheck.self, context)
    report.note(AlignmentBracketedCheck.self, context)
    report.note(AlignmentPeakCheck.self, context)
    report.note(AlignmentTimeOfFlightCheck.self, context)
    report.note(ArmingArmedCheck.self, context)
    return report
  }
}

extension CheckReport {
  mutating func note<Check: InterlockCheck>(_ check: Check.Type, _ context: CheckContext) {
    self[Check.id] = Check.evaluate(context)
  }
}

extension CheckID {
  /// Unit of the check's value and limit; empty for a yes or no.
  public var unit: StaticString {
    switch self {
    case .linkConnected: LinkConnectedCheck.unit
    case .linkIdentity: LinkIdentityCheck.unit
    case .configurationValid: ConfigurationValidCheck.unit
    case .journalRecording: JournalRecordingCheck.unit
    case .clockConsistent: ClockConsistentCheck.unit
    case .loopDeadline: LoopDeadlineCheck.unit
    case .streamIntegrity: StreamIntegrityCheck.unit
    case .streamSequence: StreamSequenceCheck.unit
    case .streamLive: StreamLiveCheck.unit
    case .streamFresh: StreamFreshCheck.unit
    case .consoleFresh: ConsoleFreshCheck.unit
    case .consoleEstop: ConsoleEstopCheck.unit
    case .switchEnable: SwitchEnableCheck.unit
    case .consoleReadback: ConsoleReadbackCheck.unit
    case .consoleTrip: ConsoleTripCheck.unit
    case .consoleHealth: ConsoleHealthCheck.unit
    case .consoleSelfTest: ConsoleSelfTestCheck.unit
    case .drivePosition: DrivePositionCheck.unit
    case .signalValid: SignalValidCheck.unit
    case .signalAmplitude: SignalAmplitudeCheck.unit
    case .signalSNR: SignalSNRCheck.unit
    case .rangeSoundSpeed: RangeSoundSpeedCheck.unit
    case .rangeReach: RangeReachCheck.unit
    case .rangeStable: RangeStableCheck.unit
    case .alignmentLinkBudget: AlignmentLinkBudgetCheck.unit
    case .alignmentBracketed: AlignmentBracketedCheck.unit
    case .alignmentPeak: AlignmentPeakCheck.unit
    case .alignmentTimeOfFlight: AlignmentTimeOfFlightCheck.unit
    case .armingArmed: ArmingArmedCheck.unit
    case .alignmentDwell: AlignmentDwellCheck.unit
    }
  }

  /// What to do about it.
  public var remedy: StaticString {
    switch self {
    case .linkConnected: LinkConnectedCheck.remedy
    case .linkIdentity: LinkIdentityCheck.remedy
    case .configurationValid: ConfigurationValidCheck.remedy
    case .journalRecording: JournalRecordingCheck.remedy
    case .clockConsistent: ClockConsistentCheck.remedy
    case .loopDeadline: LoopDeadlineCheck.remedy
    case .streamIntegrity: StreamIntegrityCheck.remedy
    case .streamSequence: StreamSequenceCheck.remedy
    case .streamLive: StreamLiveCheck.remedy
    case .streamFresh: StreamFreshCheck.remedy
    case .consoleFresh: ConsoleFreshCheck.remedy
    case .consoleEstop: ConsoleEstopCheck.remedy
    case .switchEnable: SwitchEnableCheck.remedy
    case .consoleReadback: ConsoleReadbackCheck.remedy
    case .consoleTrip: ConsoleTripCheck.remedy
    case .consoleHealth: ConsoleHealthCheck.remedy
    case .consoleSelfTest: ConsoleSelfTestCheck.remedy
    case .drivePosition: DrivePositionCheck.remedy
    case .signalValid: SignalValidCheck.remedy
    case .signalAmplitude: SignalAmplitudeCheck.remedy
    case .signalSNR: SignalSNRCheck.remedy
    case .rangeSoundSpeed: RangeSoundSpeedCheck.remedy
    case .rangeReach: RangeReachCheck.remedy
    case .rangeStable: RangeStableCheck.remedy
    case .alignmentLinkBudget: AlignmentLinkBudgetCheck.remedy
    case .alignmentBracketed: AlignmentBracketedCheck.remedy
    case .alignmentPeak: AlignmentPeakCheck.remedy
    case .alignmentTimeOfFlight: AlignmentTimeOfFlightCheck.remedy
    case .armingArmed: ArmingArmedCheck.remedy
    case .alignmentDwell: AlignmentDwellCheck.remedy
    }
  }
}
