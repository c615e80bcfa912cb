/// What the command tells its caller; 0 to 5 are pytest's codes.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  case passed = 0
  case failed = 1
  case interrupted = 2
  case internalError = 3
  case usage = 4
  case nothingRan = 5
  case unsafe = 6

  /// The status of a set of runs: the gravest outcome decides, and an unsafe or aborted rig is
  /// graver than anything, so that an interrupt or a failure never hides it.
  public init(of outcomes: some Sequence<ScenarioOutcome>) {
    let seen = Set(outcomes)
    self =
      if seen.contains(.unsafe) || seen.contains(.aborted) {
        .unsafe
      } else if seen.contains(.interrupted) {
        .interrupted
      } else if seen.contains(.error) {
        .internalError
      } else if seen.contains(.failed) {
        .failed
      } else if seen.isEmpty {
        .nothingRan
      } else {
        .passed
      }
  }

  /// For the help text.
  public var meaning: String {
    switch self {
    case .passed: "all passed"
    case .failed: "an expectation failed"
    case .interrupted: "interrupted"
    case .internalError: "internal error"
    case .usage: "usage or bad file"
    case .nothingRan: "nothing ran"
    case .unsafe: "rig unsafe or aborted"
    }
  }
}
