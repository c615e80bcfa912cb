import SpecFiles

/// What must come of a run; never empty.
public struct Expectations: Equatable, Sendable {
  /// In the order of `ExpectationKey`.
  public private(set) var items: [Expectation]

  /// nil when there is nothing to expect.
  public init?(_ items: [Expectation]) {
    guard !items.isEmpty else { return nil }
    self.items = items
  }

  /// What holds of every run, whatever else is wanted of it.
  public static var safety: Expectations {
    Expectations(safety: [
      Expectation(.unsafeEnables, .count(0)), Expectation(.driveOffAtEnd, .flag(true)),
    ])
  }

  private init(safety items: [Expectation]) { self.items = items }

  init(_ node: SpecNode, checkIDs: [String]) throws(SpecFileError) {
    let map = try node.map(allowing: ExpectationKey.allCases.map(\.rawValue))
    items = []
    for key in ExpectationKey.allCases {
      guard let value = map[key.rawValue] else { continue }
      items.append(Expectation(key, try ExpectationLimit(value, of: key, checkIDs: checkIDs)))
    }
    guard !items.isEmpty else {
      throw node.error(
        "expects nothing: a scenario that cannot fail shows nothing",
        remedy: "add for example 'unsafe_enables: 0'")
    }
  }

  /// One verdict an expectation, in the same order.
  public func verdicts(on facts: RunFacts) -> [ExpectationVerdict] {
    items.map { item in
      let value = facts.value(of: item.key)
      return ExpectationVerdict(
        what: item.key.rawValue, limit: item.limit.asValue, value: value,
        outcome: item.limit.accepts(value) ? .passed : .failed)
    }
  }
}

/// One line of `expect`.
public struct Expectation: Equatable, Sendable {
  public var key: ExpectationKey
  public var limit: ExpectationLimit

  public init(_ key: ExpectationKey, _ limit: ExpectationLimit) {
    self.key = key
    self.limit = limit
  }
}

/// Everything that a scenario can expect.
public enum ExpectationKey: String, CaseIterable, Sendable {
  /// True or false, from the true geometry.
  case needleInVein = "needle_in_vein"
  case crossed
  case aligned
  case driveOffAtEnd = "drive_off_at_end"
  /// A whole number.
  case unsafeEnables = "unsafe_enables"
  /// `{min, max}`.
  case timeToAlign = "time_to_align_s"
  case faultToOff = "fault_to_off_ms"
  case rollError = "roll_error_deg"
  case axialError = "axial_error_mm"
  case needleDepth = "needle_depth_mm"
  case permits
  case frames
  case lost
  case late
  /// Ids of checks.
  case refusedBy = "refused_by"
  case faults
  case firstFault = "first_fault"
}

/// What a value is held against.
public enum ExpectationLimit: Equatable, Sendable {
  case flag(Bool)
  case count(Int)
  /// Inclusive; at least one end is given. A value that is missing lies outside.
  case range(min: Double?, max: Double?)
  /// All of these ids, in any order, others allowed.
  case contains([String])
  /// Exactly these ids in this order.
  case exactly([String])
  /// The first id.
  case first(String)

  init(
    _ node: SpecNode, of key: ExpectationKey, checkIDs: [String]
  ) throws(SpecFileError) {
    switch key {
    case .needleInVein, .crossed, .aligned, .driveOffAtEnd:
      self = .flag(try node.bool())
    case .unsafeEnables:
      self = .count(try node.int(in: 0...1_000_000))
    case .timeToAlign, .faultToOff, .rollError, .axialError, .needleDepth, .permits, .frames,
      .lost, .late:
      self = try .range(node)
    case .refusedBy:
      self = .contains(try node.checkIDs(among: checkIDs, orNone: false))
    case .faults:
      if case .map = node.content {
        let map = try node.map(allowing: ["contains"])
        self = .contains(
          try node.required("contains", in: map, example: "contains: [stream.fresh]")
            .checkIDs(among: checkIDs, orNone: false))
      } else {
        self = .exactly(try node.checkIDs(among: checkIDs, orNone: true))
      }
    case .firstFault:
      self = .first(try node.checkID(among: checkIDs))
    }
  }

  private static func range(_ node: SpecNode) throws(SpecFileError) -> Self {
    guard case .map = node.content else {
      throw node.error("must be a range", remedy: "write {max: 50} or {min: 1, max: 50}")
    }
    let map = try node.map(allowing: ["min", "max"])
    let min = try map["min"]?.double(in: 0...1e9)
    let max = try map["max"]?.double(in: 0...1e9)
    guard min != nil || max != nil else {
      throw node.error("has neither end", remedy: "write {max: 50} or {min: 1, max: 50}")
    }
    if let min, let max, min > max {
      throw node.error("min \(min) is above max \(max)", remedy: "swap them")
    }
    return .range(min: min, max: max)
  }

  /// Whether the value is as expected; a value that is absent or of another kind never is.
  public func accepts(_ value: VerdictValue) -> Bool {
    switch (self, value) {
    case (.flag(let wanted), .flag(let seen)): wanted == seen
    case (.count(let wanted), .number(let seen)): Double(wanted) == seen
    case (.range(let min, let max), .number(let seen)):
      seen.isFinite && seen >= min ?? -.infinity && seen <= max ?? .infinity
    case (.contains(let wanted), .names(let seen)): wanted.allSatisfy(seen.contains)
    case (.exactly(let wanted), .names(let seen)): wanted == seen
    case (.first(let wanted), .text(let seen)): wanted == seen
    default: false
    }
  }

  /// As it stands in the result.
  var asValue: VerdictValue {
    switch self {
    case .flag(let flag): .flag(flag)
    case .count(let count): .number(Double(count))
    case .range(let min, let max): .range(min: min, max: max)
    case .contains(let names), .exactly(let names): .names(names)
    case .first(let name): .text(name)
    }
  }
}

extension SpecNode {
  /// The id of a check: lower-case words joined by dots.
  func checkID(among known: [String]) throws(SpecFileError) -> String {
    let id = try string()
    let words = id.split(separator: ".", omittingEmptySubsequences: false)
    guard words.count >= 2,
      words.allSatisfy({ word in
        !word.isEmpty
          && word.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 || (48...57).contains($0) }
      })
    else {
      throw error("'\(id)' is not the id of a check", remedy: "write it as alignment.bracketed")
    }
    guard known.isEmpty || known.contains(id) else {
      throw error(
        "no check is called '\(id)'",
        remedy: Suggestion.nearest(to: id, among: known).map { "did you mean '\($0)'?" }
          ?? "known: \(known.joined(separator: ", "))")
    }
    return id
  }

  func checkIDs(among known: [String], orNone: Bool) throws(SpecFileError) -> [String] {
    var ids: [String] = []
    for node in try list() {
      let id = try node.checkID(among: known)
      guard !ids.contains(id) else {
        throw node.error("'\(id)' stands twice", remedy: "remove one")
      }
      ids.append(id)
    }
    guard orNone || !ids.isEmpty else {
      throw error("names no check", remedy: "name at least one, or remove the key")
    }
    return ids
  }
}
