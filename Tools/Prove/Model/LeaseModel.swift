import HardwareSpecs
import Quantities
import SafetyInterlock

/// The console's end as a model of its own: the real lease guard and the real watchdog, on the
/// console's clock in steps of 1 ms, against a host that asks for anything at any time.
struct LeaseModel: ExploredModel {
  enum Order: String, CaseIterable, Codable {
    case nothing, renew, oldDecision, oldNumber, staleFrame, futureFrame, expired, shortExpiry
    case withdraw, drop
  }

  /// How the needle stands when the round looks at it, as against the newest grant.
  enum Depth: String, CaseIterable, Codable { case atStart, within, atBound, beyond, behind }

  /// What the loop does with its watchdog: a whole round, or a round with a fault.
  enum Feed: String, CaseIterable, Codable {
    case whole, none, skipped, swapped, twice, restarted
  }

  struct Round: Hashable, Codable, CustomStringConvertible {
    var passed: Int64
    var order = Order.nothing
    var depth = Depth.atStart
    var feed = Feed.whole

    var description: String {
      "after \(passed) µs: order \(order), needle \(depth), watchdog \(feed)"
    }
  }

  /// The guards, translated in time, and what a witness saw.
  struct State: Hashable {
    var lease = LeaseGuard()
    var watchdog = WindowedWatchdog()
    /// Since the newest grant, in µs on the witness's own clock; nil when a lease may not run.
    var grantAge: Int64?
    /// The witness's own bound of it in µs: 25 ms, or what the request's expiry left.
    var bound: Int64 = 0
    /// The newest decision that a disarm voided, as against the host's newest, which is `decision`.
    var voided: UInt64 = 0
    /// For how long the watchdog was not fed rightly, in µs; nil until its first whole round.
    var unfed: Int64?
    /// A feed was wrong since the newest restart.
    var wasFedWrongly = false
  }

  enum Violation: String, CaseIterable {
    case leaseOutlivesItsBound, leaseTravelsTooFar, leaseWithoutAGrant, voidDecisionGranted
    case badRequestGranted, endedLeaseRuns, watchdogFooled, watchdogSleeps

    var statement: String {
      switch self {
      case .leaseOutlivesItsBound:
        "a lease runs ⇒ granted less than 25 ms, or its expiry, ago (R13)"
      case .leaseTravelsTooFar: "a lease runs ⇒ at most 250 µm from where it was granted (R23)"
      case .leaseWithoutAGrant: "a lease runs ⇒ one was granted and not ended since (R13)"
      case .voidDecisionGranted: "granted ⇒ a decision that no disarm voided (R22)"
      case .badRequestGranted:
        "granted ⇒ number ahead, frame 0 to 30 ms old, not expired (R08, R10)"
      case .endedLeaseRuns: "withdrawn or dropped ⇒ no lease runs and no move is covered (R22)"
      case .watchdogFooled:
        "healthy ⇒ every round since the restart was whole and in its window (R17)"
      case .watchdogSleeps: "5 ms without a whole round ⇒ not healthy (R17)"
      }
    }
  }

  /// What is made wrong, to show that a violation is seen; one for each.
  enum Defect: String, CaseIterable {
    case leaseExtended, travelForgotten, lapseForgotten, voidForgotten, ageUnchecked
    case withdrawIgnored, orderUnchecked, silenceUnseen

    var breaks: Violation {
      switch self {
      case .leaseExtended: .leaseOutlivesItsBound
      case .travelForgotten: .leaseTravelsTooFar
      case .lapseForgotten: .leaseWithoutAGrant
      case .voidForgotten: .voidDecisionGranted
      case .ageUnchecked: .badRequestGranted
      case .withdrawIgnored: .endedLeaseRuns
      case .orderUnchecked: .watchdogFooled
      case .silenceUnseen: .watchdogSleeps
      }
    }
  }

  let name = "lease"
  var defect: Defect?
  var watched = Violation.allCases

  var roots: [(state: State, path: [Round])] {
    var start = State()
    start.lease.newest = Self.number
    return [(start, [])]
  }

  let stimuli: [Round] = {
    var all: [Round] = []
    for passed in [Int64(1_000), 6_000] {
      for order in Order.allCases {
        for depth in Depth.allCases {
          for feed in Feed.allCases {
            all.append(Round(passed: passed, order: order, depth: depth, feed: feed))
          }
        }
      }
    }
    return all
  }()

  func admits(_ round: Round, in state: State) -> Bool { true }
  func isOpen(_ state: State) -> Bool { state.lease.lease != nil && state.watchdog.isHealthy }
}
