/// One random anatomy of a campaign and what came of it.
public struct TrialResult: Equatable, Sendable {
  /// Gives the same trial again.
  public var seed: UInt64
  /// A straight needle of the permitted throw can reach the vein from somewhere in this anatomy.
  public var reachable: Bool
  /// At least one permit to advance was given.
  public var opened: Bool
  /// The needle would have met the vein at every instant at which the gate was open.
  public var openedInVein: Bool
  public var crossed: Bool
  public var unsafeEnables: Int
  /// Seconds; nil when alignment was never reached.
  public var timeToAlign: Double?
  /// Why it did not cross, in few words that group trials; nil when it did. Begins with
  /// `unreachablePrefix` when no alignment could have.
  public var failure: String?

  public static let unreachablePrefix = "unreachable."

  public init(
    seed: UInt64, reachable: Bool, opened: Bool, openedInVein: Bool, crossed: Bool,
    unsafeEnables: Int, timeToAlign: Double?, failure: String?
  ) {
    self.seed = seed
    self.reachable = reachable
    self.opened = opened
    self.openedInVein = openedInVein
    self.crossed = crossed
    self.unsafeEnables = unsafeEnables
    self.timeToAlign = timeToAlign
    self.failure = failure
  }
}

/// What came of a campaign; its JSON is public and stable.
public struct CampaignSummary: Codable, Equatable, Sendable {
  public struct Times: Codable, Equatable, Sendable {
    @Rounded public var p50: Double?
    @Rounded public var p95: Double?
  }

  public var trials: Int
  public var opened: Int
  public var openedInVein: Int
  /// Of all trials; what cannot be reached does not cross.
  public var crossed: Int
  public var reachable: Int
  public var unsafeEnables: Int
  public var timeToAlign: Times
  public var failures: [String: Int]
  /// In the order of the trials.
  public var failureSeeds: [UInt64]

  enum CodingKeys: String, CodingKey {
    case trials, opened
    case openedInVein = "opened_in_vein"
    case crossed, reachable
    case unsafeEnables = "unsafe_enables"
    case timeToAlign = "time_to_align_s"
    case failures
    case failureSeeds = "failure_seeds"
  }

  /// Sums up; the order of `results` decides only the order of `failureSeeds`.
  public init(_ results: [TrialResult]) {
    trials = results.count
    opened = results.count { $0.opened }
    openedInVein = results.count { $0.opened && $0.openedInVein }
    crossed = results.count { $0.crossed }
    reachable = results.count { $0.reachable }
    unsafeEnables = results.reduce(0) { $0 + $1.unsafeEnables }
    let times = results.compactMap(\.timeToAlign)
    timeToAlign = Times(p50: percentile(0.5, of: times), p95: percentile(0.95, of: times))
    failures = Dictionary(results.compactMap { $0.failure.map { ($0, 1) } }, uniquingKeysWith: +)
    failureSeeds = results.filter { $0.failure != nil }.map(\.seed)
  }
}
