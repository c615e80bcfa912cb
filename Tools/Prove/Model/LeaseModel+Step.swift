import HardwareSpecs
import Quantities
import SafetyInterlock

extension LeaseModel {
  static let origin = DeviceInstant(nanoseconds: 1 << 50)
  /// The host's newest decision and the guard's newest lease number, in every canonical state.
  static let decision: UInt64 = 100
  static let number: UInt32 = 100

  /// One round of the console: a command, then the looks at watchdog and lease.
  func step(_ state: State, _ round: Round) -> (next: State, violation: Violation?) {
    var next = state
    let now = Self.origin + .microseconds(round.passed)
    let depth = Self.depth(round.depth)
    next.grantAge = state.grantAge.map { $0 + round.passed }
    next.unfed = state.unfed.map { $0 + round.passed }
    var violations: [Violation] = []

    if defect == .leaseExtended { next.lease.lease?.ends = now + .milliseconds(2) }
    if defect == .travelForgotten { next.lease.lease?.startDepth = depth }
    let made = Self.request(round.order, now)
    if let made {
      var request = made
      if defect == .ageUnchecked { request.frameTime = now }
      let answer = next.lease.request(request, now: now, depth: depth)
      if answer == .granted {
        next.grantAge = 0
        next.bound = min(
          25_000, Int64((made.expires - now).count / 1_000))
        if round.order != .renew, round.order != .shortExpiry, round.order != .oldDecision {
          violations.append(.badRequestGranted)
        }
        if made.decision <= state.voided { violations.append(.voidDecisionGranted) }
      }
    }
    end(&next, round)
    feed(&next, round, now)

    let lease = next.lease
    var standing = next.lease.check(now: now, depth: depth)
    if defect == .lapseForgotten, standing == .lapsed, var old = lease.lease {
      old.granted = now
      old.ends = now + .milliseconds(1)
      next.lease.lease = old
      standing = .running(left: .zero, travel: .zero)
    }
    violations += judge(&next, round, standing)
    translate(&next, made == nil ? 0 : 1, round.passed, depth)
    return (next, violations.first { watched.contains($0) })
  }

  private static func depth(_ depth: Depth) -> Micrometres {
    switch depth {
    case .atStart: .zero
    case .within: Micrometres(100)
    case .atBound: Limits.travelPerLease
    case .beyond: Limits.travelPerLease + Micrometres(1)
    case .behind: Micrometres(-300)
    }
  }

  private static func request(_ order: Order, _ now: DeviceInstant) -> LeaseGuard.Request? {
    var request = LeaseGuard.Request(
      decision: decision + 1, lease: number + 1, frameTime: now, expires: now + .milliseconds(45))
    switch order {
    case .nothing, .withdraw, .drop: return nil
    case .renew: break
    case .oldDecision: request.decision = decision
    case .oldNumber: request.lease = number
    case .staleFrame: request.frameTime = now + Nanoseconds(-Limits.frameStaleAfter.count - 1)
    case .futureFrame: request.frameTime = now + Nanoseconds(1)
    case .expired: request.expires = now
    case .shortExpiry: request.expires = now + .milliseconds(3)
    }
    return request
  }

  private func end(_ next: inout State, _ round: Round) {
    switch round.order {
    case .withdraw:
      let old = next.lease
      next.lease.withdraw(decision: Self.decision)
      next.voided = Self.decision
      next.grantAge = nil
      if defect == .withdrawIgnored { next.lease = old }
      if defect == .voidForgotten { next.lease.newestDecision = 0 }
    case .drop:
      next.lease.drop()
      next.grantAge = nil
    default: break
    }
  }

  private func feed(_ next: inout State, _ round: Round, _ now: DeviceInstant) {
    if round.feed == .restarted {
      next.watchdog.restart()
      next.unfed = nil
      next.wasFedWrongly = false
    }
    if defect != .silenceUnseen { next.watchdog.check(at: now) }
    guard round.feed != .none else { return }
    var stages = WindowedWatchdog.Stage.allCases
    if round.feed == .skipped { stages.removeLast() }
    if round.feed == .swapped, defect != .orderUnchecked { stages.swapAt(1, 2) }
    for _ in 0..<(round.feed == .twice ? 2 : 1) {
      for stage in stages { next.watchdog.pass(stage) }
      next.watchdog.kick(at: now)
    }
    let isInWindow = next.unfed.map { (100...5_000).contains($0) } ?? true
    let isWhole = round.feed == .whole || round.feed == .restarted
    if !isWhole || !isInWindow { next.wasFedWrongly = true }
    next.unfed = 0
  }

  private func judge(
    _ next: inout State, _ round: Round, _ standing: LeaseGuard.Standing
  ) -> [Violation] {
    var violations: [Violation] = []
    let isRunning = if case .running = standing { true } else { false }
    // The witness's own word on whether a lease may run.
    if let age = next.grantAge, age >= next.bound {
      if isRunning { violations.append(.leaseOutlivesItsBound) }
      next.grantAge = nil
    }
    // What was just granted begins where the needle stands.
    if round.depth == .beyond, next.grantAge != 0 {
      if isRunning, next.grantAge != nil { violations.append(.leaseTravelsTooFar) }
      next.grantAge = nil
    }
    if isRunning, next.grantAge == nil { violations.append(.leaseWithoutAGrant) }
    if round.order == .withdraw || round.order == .drop {
      if isRunning || next.lease.covers(decision: .max) { violations.append(.endedLeaseRuns) }
    }
    if next.watchdog.isHealthy, next.wasFedWrongly { violations.append(.watchdogFooled) }
    if let unfed = next.unfed, unfed > 5_000, next.watchdog.isHealthy {
      violations.append(.watchdogSleeps)
    }
    return violations
  }

  /// The same state, looked at as if its round had been at `origin`, and its numbers the newest.
  private func translate(
    _ next: inout State, _ decisions: UInt64, _ passed: Int64, _ depth: Micrometres
  ) {
    let back = Nanoseconds.microseconds(-passed)
    if var lease = next.lease.lease {
      lease.granted = lease.granted + back
      lease.ends = lease.ends + back
      // Depths are drawn as against where the lease began.
      lease.startDepth = .zero
      next.lease.lease = lease
    }
    next.lease.newest = Self.number
    // Only whether a number is above the host's newest matters.
    func old(_ number: UInt64) -> UInt64 {
      max(Self.decision - 2, max(decisions, number) - decisions)
    }
    next.lease.newestDecision = old(next.lease.newestDecision)
    next.voided = old(next.voided)
    next.watchdog.newestKick = next.watchdog.newestKick.map {
      max($0 + back, Self.origin + .milliseconds(-11))
    }
    next.unfed = next.unfed.map { min($0, 11_000) }
  }
}
