/// What one check found. There is no neutral answer: what was not evaluated denies (R02).
public enum Verdict: UInt8, Sendable {
  case notEvaluated
  case permit
  case deny
  /// Denies, and is a fault that stays until it is acknowledged.
  case latch
}

/// The outcome of one check with the evidence: measured value, limit, both in the check's unit.
public struct CheckResult: Equatable, Sendable {
  public var verdict: Verdict
  public var value: Int64
  public var limit: Int64

  public init(_ verdict: Verdict, value: Int64, limit: Int64) {
    self.verdict = verdict
    self.value = value
    self.limit = limit
  }

  static var notEvaluated: Self { Self(.notEvaluated, value: 0, limit: 0) }

  /// Nothing is known about the value: deny (R02). Shown as `Int64.min`.
  static func unknown(limit: Int64) -> Self { Self(.deny, value: .min, limit: limit) }

  /// Permits when `value` is no less than `limit`.
  static func atLeast(_ limit: Int64, _ value: Int64) -> Self {
    Self(value >= limit ? .permit : .deny, value: value, limit: limit)
  }

  /// Permits when `value` is no more than `limit`.
  static func atMost(_ limit: Int64, _ value: Int64) -> Self {
    Self(value <= limit ? .permit : .deny, value: value, limit: limit)
  }

  /// Permits when the condition holds; value and limit are 1 for true.
  static func holds(_ condition: Bool, otherwise: Verdict = .deny) -> Self {
    Self(condition ? .permit : otherwise, value: condition ? 1 : 0, limit: 1)
  }

  public var permits: Bool { verdict == .permit }
  public var isKnown: Bool { value != .min }
}

/// All checks of one step, begun as not evaluated.
public struct CheckReport: Sendable {
  private var results: InlineArray<30, CheckResult> = .init(repeating: .notEvaluated)

  public init() {}

  public package(set) subscript(id: CheckID) -> CheckResult {
    get { results[Int(id.rawValue)] }
    set { results[Int(id.rawValue)] = newValue }
  }

  /// Whether every check of the kinds asked for was evaluated and permits (R02).
  public func permits(where included: (CheckID) -> Bool = { _ in true }) -> Bool {
    var all = true
    for id in CheckID.allCases where included(id) { all = all && self[id].permits }
    return all
  }

  /// The first check, in order of blame, that does not permit.
  public func firstDenial(where included: (CheckID) -> Bool = { _ in true }) -> CheckID? {
    for id in CheckID.allCases where included(id) && !self[id].permits { return id }
    return nil
  }

  /// The first check that asks to be latched.
  public var firstLatch: CheckID? {
    for id in CheckID.allCases where self[id].verdict == .latch { return id }
    return nil
  }
}
