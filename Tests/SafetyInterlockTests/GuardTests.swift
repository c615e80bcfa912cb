import HardwareSpecs
import InterlockBench
import InterlockOracle
import Quantities
import SafetyInterlock
import Testing

/// The console's guards: lease, watchdog, readback.
@Suite struct GuardTests {
  static func at(_ nanoseconds: UInt64) -> DeviceInstant { DeviceInstant(nanoseconds: nanoseconds) }

  static func request(
    _ decision: UInt64, _ lease: UInt32, now: UInt64, validFor: UInt64 = 55_000_000
  ) -> LeaseGuard.Request {
    LeaseGuard.Request(
      decision: decision, lease: lease, frameTime: at(now), expires: at(now + validFor))
  }

  // R13: renewals stop at 10⁴ phases; the lease is over 25 ms after the last, and not before.
  @Test func leaseLapsesByItselfWheneverRenewalsStop() {
    var random = SeededStream(seed: 13)
    for phase in 0..<10_000 {
      var lease = LeaseGuard()
      var now: UInt64 = 1_000_000 + UInt64(random.below(1 << 40))
      var number: UInt32 = 0
      for _ in 0...random.below(8) {
        number += 1
        let answer = lease.request(
          Self.request(UInt64(number), number, now: now), now: Self.at(now), depth: .zero)
        #expect(answer == .granted)
        now += 1_000_000 + UInt64(random.below(24_000_000 - 1))
      }
      let last = now
      _ = last
      // From the newest grant on.
      number += 1
      let standing = lease.check(now: Self.at(now), depth: .zero)
      guard case .running(let left, _) = standing else {
        Issue.record("phase \(phase), seed 13: not running")
        continue
      }
      let end = now + UInt64(left.count)
      var early = lease
      if case .running = early.check(now: Self.at(end - 1), depth: .zero) {
      } else {
        Issue.record("phase \(phase), seed 13: ended early")
      }
      var late = lease
      let lapsed = late.check(now: Self.at(end), depth: .zero)
      #expect(lapsed == .lapsed && left <= Limits.lease)
      let after = late.check(now: Self.at(end + 1), depth: .zero)
      #expect(after == .off)
    }
  }

  // R13: a renewal after the lapse does not hide it.
  @Test func lateRenewalDoesNotUndoTheLapse() {
    var lease = LeaseGuard()
    _ = lease.request(Self.request(1, 1, now: 100), now: Self.at(100), depth: .zero)
    let end = 100 + UInt64(Limits.lease.count)
    let answer = lease.request(Self.request(2, 2, now: end), now: Self.at(end), depth: .zero)
    #expect(answer == .expired)
    let standing = lease.check(now: Self.at(end), depth: .zero)
    #expect(standing == .lapsed)
  }

  // R13: an expiry shortens a lease, and never lengthens it.
  @Test func expiryOnlyShortens() {
    for (valid, expected) in [
      (UInt64(10), Int64(10)), (25_000_000, 25_000_000), (1 << 40, 25_000_000),
    ] {
      var lease = LeaseGuard()
      _ = lease.request(
        Self.request(1, 1, now: 100, validFor: valid), now: Self.at(100), depth: .zero)
      let standing = lease.check(now: Self.at(100), depth: .zero)
      #expect(standing == .running(left: Nanoseconds(expected), travel: .zero))
    }
    var lease = LeaseGuard()
    let answer = lease.request(
      Self.request(1, 1, now: 100, validFor: 0), now: Self.at(100), depth: .zero)
    #expect(answer == .expired)
  }

  // R08: on the device's clock too.
  @Test func leaseNeedsAFreshFrame() {
    let now: UInt64 = 1 << 40
    for (age, expected) in [
      (Int64(-1), LeaseGuard.Answer.staleFrame), (0, .granted), (30_000_000, .granted),
      (30_000_001, .staleFrame), (1 << 39, .staleFrame),
    ] {
      var lease = LeaseGuard()
      var request = Self.request(1, 1, now: now)
      request.frameTime = Self.at(UInt64(Int64(now) - age))
      let answer = lease.request(request, now: Self.at(now), depth: .zero)
      #expect(answer == expected, "age \(age)")
    }
  }

  // R10, R13: numbers run forward only; one that was refused does not lock out the next.
  @Test func leaseNumbersRunForwardThroughTheWrap() {
    var lease = LeaseGuard()
    var answers: [LeaseGuard.Answer] = []
    for (decision, number) in [
      (1, 1), (2, 1), (2, 0), (2, 3), (3, 0x7FFF_FFFF), (4, 0xFFFF_FFFE), (5, 2), (6, 2), (7, 1),
    ] as [(UInt64, UInt32)] {
      answers.append(
        lease.request(Self.request(decision, number, now: 9), now: Self.at(9), depth: .zero))
    }
    #expect(
      answers == [
        .granted, .outOfOrder, .outOfOrder, .granted, .granted, .granted, .granted, .outOfOrder,
        .outOfOrder,
      ])
  }

  // R23: bounded travel; a renewal does not wipe out an overdraft.
  @Test func travelPerLeaseIsBounded() {
    let limit = Limits.travelPerLease.count
    for (depth, isRunning) in [
      (limit, true), (limit + 1, false), (-5, true), (.max, false), (.min, true),
    ] as [(Int32, Bool)] {
      var lease = LeaseGuard()
      _ = lease.request(Self.request(1, 1, now: 9), now: Self.at(9), depth: .zero)
      var renewed = lease
      let standing = lease.check(now: Self.at(10), depth: Micrometres(depth))
      if case .running = standing {
        #expect(isRunning)
      } else {
        #expect(standing == .travelExceeded && !isRunning)
      }
      let answer = renewed.request(
        Self.request(2, 2, now: 10), now: Self.at(10), depth: Micrometres(depth))
      #expect((answer == .granted) == isRunning)
    }
  }

  // R22: every word of up to 7 operations; a move or a lease never follows a disarm that voids it.
  @Test func noInterleavingMovesAfterADisarm() {
    enum Operation: Int, CaseIterable { case decide, lease, oldLease, disarm, wait, drop }
    var accepted = 0
    var refused = 0
    let count = Operation.allCases.count
    var words = 1
    for _ in 0..<7 { words *= count }
    for word in 0..<words {
      var guardian = LeaseGuard()
      var decision: UInt64 = 1
      var voided: UInt64 = 0
      var number: UInt32 = 0
      var now: UInt64 = 50
      var rest = word
      for _ in 0..<7 {
        let operation = Operation.allCases[rest % count]
        rest /= count
        switch operation {
        case .decide: decision += 1
        case .lease, .oldLease:
          let asked = operation == .lease ? decision : decision - 1
          number += 1
          let answer = guardian.request(
            Self.request(asked, number, now: now), now: Self.at(now), depth: .zero)
          if answer == .granted, asked <= voided { Issue.record("word \(word): void lease") }
        case .disarm:
          guardian.withdraw(decision: decision)
          voided = decision
          if guardian.covers(decision: .max) { Issue.record("word \(word): moved after disarm") }
        case .wait:
          now += 26_000_000
          _ = guardian.check(now: Self.at(now), depth: .zero)
        case .drop: guardian.drop()
        }
        for moved in 0...decision {
          let covers = guardian.covers(decision: moved)
          if covers, moved <= voided { Issue.record("word \(word): voided move \(moved)") }
          if covers { accepted += 1 } else { refused += 1 }
        }
      }
    }
    #expect(accepted > words && refused > words)
  }

  // R22: permits of the interlock against the lease guard, with a disarm in between at any place.
  @Test func permitTakenBeforeADisarmIsVoidAfterIt() {
    var bench = Bench.enabled()
    var guardian = LeaseGuard()
    let permit = bench.interlock.takePermit()
    var decision: UInt64 = 0
    var expires = Self.at(0)
    switch consume permit {
    case .some(let permit): (decision, expires) = (permit.decision, permit.expires)
    case .none: Issue.record("no permit")
    }
    #expect(decision == bench.interlock.newestDecision)
    #expect(expires - Self.at(bench.device) == Limits.permitExpires)
    let request = LeaseGuard.Request(
      decision: decision, lease: 1, frameTime: Self.at(bench.device), expires: expires)
    guardian.withdraw(decision: bench.interlock.newestDecision)
    let void = guardian.request(request, now: Self.at(bench.device), depth: .zero)
    #expect(void == .void)
    #expect(!guardian.covers(decision: decision))
  }

  // R17: of all orders and omissions of the four tokens only the right one keeps the dog quiet.
  @Test func watchdogTakesItsTokensInOneOrderOnly() {
    let stages = WindowedWatchdog.Stage.allCases
    var healthy = 0
    // All words of up to 5 tokens.
    for length in 0...5 {
      var words = 1
      for _ in 0..<length { words *= 4 }
      for word in 0..<words {
        var watchdog = WindowedWatchdog()
        var rest = word
        var passed: [WindowedWatchdog.Stage] = []
        for _ in 0..<length {
          passed.append(stages[rest % 4])
          rest /= 4
        }
        for stage in passed { watchdog.pass(stage) }
        watchdog.kick(at: Self.at(5))
        #expect(watchdog.isHealthy == (passed == stages))
        if watchdog.isHealthy { healthy += 1 }
      }
    }
    #expect(healthy == 1)
  }

  static func fed(_ gaps: [UInt64]) -> WindowedWatchdog {
    var watchdog = WindowedWatchdog()
    var now: UInt64 = 1_000
    for gap in [0] + gaps {
      now += gap
      for stage in WindowedWatchdog.Stage.allCases { watchdog.pass(stage) }
      watchdog.kick(at: at(now))
    }
    return watchdog
  }

  // R17: the window at its edges, and no healing afterwards.
  @Test func watchdogKickMustFallInsideItsWindow() {
    let open = UInt64(Limits.watchdogOpen.count)
    let close = UInt64(Limits.watchdogClose.count)
    for (gap, expected) in [
      (open - 1, false), (open, true), (open + 1, true), (close - 1, true), (close, true),
      (close + 1, false), (0, false), (1 << 62, false),
    ] {
      #expect(Self.fed([gap]).isHealthy == expected, "gap \(gap)")
      #expect(Self.fed([gap, 1_000_000, 1_000_000]).isHealthy == expected)
    }
  }

  // R17: silence and a clock that runs back trip without a kick.
  @Test func watchdogTripsOnSilence() {
    let close = UInt64(Limits.watchdogClose.count)
    for (when, expected) in [(1_000 + close, true), (1_001 + close, false), (999, false)] {
      var watchdog = Self.fed([])
      watchdog.check(at: Self.at(when))
      #expect(watchdog.isHealthy == expected)
      watchdog.check(at: Self.at(1_000))
      #expect(watchdog.isHealthy == expected)
      watchdog.restart()
      #expect(watchdog.isHealthy)
    }
  }

  // R24: each line stuck, to the nanosecond; short differences are forgiven, failures are not.
  @Test func outputThatDoesNotFollowFailsAfter20Milliseconds() {
    let limit = UInt64(Limits.readbackMismatch.count)
    for (commanded, line, overruns) in [
      (true, false, false), (false, true, false), (false, false, true), (true, true, true),
    ] {
      for (length, expected) in [(limit - 1, false), (limit, true), (limit + 1, true)] {
        var readback = OutputReadback()
        readback.note(commanded: commanded, line: line, isOverrunning: overruns, now: Self.at(7))
        readback.note(
          commanded: commanded, line: line, isOverrunning: overruns, now: Self.at(7 + length))
        #expect(readback.hasFailed == expected)
        readback.note(commanded: true, line: true, isOverrunning: false, now: Self.at(8 + length))
        #expect(readback.hasFailed == expected)
        readback.note(
          commanded: commanded, line: line, isOverrunning: overruns, now: Self.at(9 + length))
        #expect(readback.hasFailed == expected)
        readback.acknowledge()
        #expect(!readback.hasFailed)
      }
    }
    var readback = OutputReadback()
    readback.note(commanded: true, line: false, isOverrunning: false, now: Self.at(7))
    readback.note(commanded: true, line: false, isOverrunning: false, now: Self.at(6))
    #expect(readback.hasFailed)
  }
}
