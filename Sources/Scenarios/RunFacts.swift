/// What was seen of a run, by the judge that knows the true geometry and the injected faults.
///
/// The runner fills it; expectations are held against it, and the result is made from it.
public struct RunFacts: Equatable, Sendable {
  public var needle = ScenarioResult.Needle()
  public var alignment = ScenarioResult.Alignment()
  public var interlock = ScenarioResult.Interlock()
  public var stream = ScenarioResult.Stream()
  /// The alignment conditions of the interlock held together for a whole dwell at least once.
  public var aligned = false
  /// The needle went through an open gate and came to rest inside the vein.
  public var crossed = false
  /// Seconds from the start until `aligned` first became true; nil when it never did.
  public var timeToAlign: Double?
  /// The output of the drive, read back when the run ended.
  public var driveOffAtEnd = true
  /// Seconds of simulated time.
  public var simulated = 0.0

  public init() {}

  /// The value that an expectation is held against. Errors of roll and level count by magnitude.
  public func value(of key: ExpectationKey) -> VerdictValue {
    switch key {
    case .needleInVein: .flag(needle.inVein)
    case .crossed: .flag(crossed)
    case .aligned: .flag(aligned)
    case .driveOffAtEnd: .flag(driveOffAtEnd)
    case .unsafeEnables: .number(Double(interlock.unsafeEnables))
    case .timeToAlign: .number(orNone: timeToAlign)
    case .faultToOff: .number(orNone: interlock.maxFaultToOff)
    case .rollError: .number(orNone: alignment.rollError.map(\.magnitude))
    case .axialError: .number(orNone: alignment.axialError.map(\.magnitude))
    case .needleDepth: .number(orNone: needle.depth)
    case .permits: .number(Double(interlock.permits))
    case .frames: .number(Double(stream.frames))
    case .lost: .number(Double(stream.lost))
    case .late: .number(Double(stream.late))
    case .refusedBy: .names(interlock.refusals.filter { $0.value > 0 }.keys.sorted())
    case .faults: .names(interlock.faults)
    case .firstFault: interlock.faults.first.map { .text($0) } ?? .none
    }
  }
}
