import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// The small monitors of the core, each by itself, at its edges.
@Suite struct MonitorTests {
  // R09: nothing has repeated itself before anything came.
  @Test func repeatsAreCountedFromNone() {
    var monitor = FrozenMonitor()
    #expect(monitor.repeats == 0)
    monitor.noteStillCounter()
    #expect(monitor.repeats == 1)
    monitor.reset()
    #expect(monitor.repeats == 0)
  }

  // R10
  @Test func halfOfAllNumbersIsAheadAndHalfBehind() {
    let half: UInt32 = 0x8000_0000
    for newest in [UInt32(5), 0, .max, half] {
      for (ahead, expected) in [
        (0, .behind(by: 0)), (UInt32.max, .behind(by: 1)), (half, .behind(by: half)),
        (half + 1, .behind(by: half - 1)), (1, .next), (2, .gap(missing: 1)),
        (half - 1, .gap(missing: half - 2)),
      ] as [(UInt32, SequenceMonitor.Step)] {
        var monitor = SequenceMonitor()
        _ = monitor.accept(newest)
        let step = monitor.accept(newest &+ ahead)
        #expect(step == expected, "\(newest) + \(ahead)")
        #expect(monitor.newest == (ahead != 0 && ahead < half ? newest &+ ahead : newest))
      }
    }
  }

  // R11: the second within 10 min, to the nanosecond, or at a clock that went back.
  @Test func secondDamageCountsWithinItsWindow() {
    let window = UInt64(Limits.integrityWindow.count)
    let first: UInt64 = 1 << 50
    for (now, expected) in [
      (first, true), (first + window, true), (first + window + 1, false), (first - 1, true),
      (0, true),
    ] {
      var monitor = IntegrityMonitor()
      monitor.note(damaged: 1, now: first)
      monitor.note(damaged: 0, now: first)
      #expect(!monitor.isSecond)
      monitor.note(damaged: 1, now: now)
      #expect(monitor.isSecond == expected, "\(now)")
      monitor.acknowledge()
      #expect(!monitor.isSecond)
    }
    var monitor = IntegrityMonitor()
    monitor.note(damaged: 2, now: first)
    #expect(monitor.isSecond)
  }

  // R06, R07: the spread is over the whole dwell, in both directions.
  @Test func spreadOfADwellHasBothEnds() {
    var dwell = Dwell()
    #expect(dwell.lasted == .zero && dwell.frames == 0)
    for (flight, shortest, longest) in [
      (-5, -5, -5), (3, -5, 3), (-9, -9, 3), (0, -9, 3),
    ] as [(Int64, Int64, Int64)] {
      dwell.noteGood(flight: Nanoseconds(flight), at: PermitTests.now)
      #expect(dwell.shortest == Nanoseconds(shortest) && dwell.longest == Nanoseconds(longest))
    }
    let spread = Limits.timeOfFlightSpread.count
    for sign in [Int64(1), -1] {
      var bench = BoundaryTests.enabled
      for (flight, expected) in [
        (3_200 + sign * 250, true), (3_200 - sign * (spread - 250), true),
        (3_200 - sign * (spread - 249), false),
      ] {
        let decision = bench.step { $0.frame?.signal = BoundaryTests.signal(flight: flight) }
        #expect(decision.report[.rangeStable].permits == expected, "\(flight) ns")
      }
    }
  }

  // R18, R20: contacts on their way are no discrepancy, and an acknowledge makes none of them.
  @Test func acknowledgeOfAShortDisagreementLatchesNothing() {
    var monitor = SwitchMonitor()
    monitor.note(normallyOpen: true, normallyClosed: true, now: 5)
    monitor.acknowledge()
    #expect(!monitor.isDiscrepant)
    monitor.note(normallyOpen: false, normallyClosed: true, now: 6)
    #expect(!monitor.isDiscrepant)
  }

  // R13, R22: the lease guard's numbers at their edges.
  @Test func leaseNumbersAreAheadByLessThanHalf() {
    func answers(_ numbers: [(UInt64, UInt32)]) -> [LeaseGuard.Answer] {
      var lease = LeaseGuard()
      return numbers.map {
        lease.request(
          GuardTests.request($0, $1, now: 9), now: GuardTests.at(9), depth: .zero)
      }
    }
    #expect(answers([(1, 0)]) == [.outOfOrder])
    #expect(answers([(1, 0x7FFF_FFFF)]) == [.granted])
    #expect(answers([(1, 0x8000_0000)]) == [.outOfOrder])
    #expect(
      answers([(1, 3), (2, 0x8000_0003), (2, 0x8000_0002)]) == [.granted, .outOfOrder, .granted])
    #expect(answers([(1, 1), (1, 2), (0, 2), (2, 2)]) == [.granted, .void, .void, .granted])
  }

  // R22: a move begins on the lease's decision or a newer one, and never without a lease.
  @Test func leaseCoversItsDecisionAndNewerOnes() {
    var lease = LeaseGuard()
    #expect(!lease.covers(decision: .max))
    _ = lease.request(GuardTests.request(5, 1, now: 9), now: GuardTests.at(9), depth: .zero)
    #expect(!lease.covers(decision: 4) && lease.covers(decision: 5) && lease.covers(decision: 6))
    var withdrawn = lease
    withdrawn.withdraw(decision: 3)
    #expect(withdrawn.newestDecision == 5 && !withdrawn.covers(decision: .max))
    lease.drop()
    #expect(!lease.covers(decision: .max))
    let standing = lease.check(now: GuardTests.at(9), depth: .zero)
    #expect(standing == .off)
  }

  // R13, R15: a clock that went back before the grant ends the lease, as a lapse; a renewal does not.
  @Test func leaseEndsWhereTheClockGoesBack() {
    var lease = LeaseGuard()
    _ = lease.request(GuardTests.request(1, 1, now: 100), now: GuardTests.at(100), depth: .zero)
    var renewed = lease
    let answer = renewed.request(
      GuardTests.request(2, 2, now: 99), now: GuardTests.at(99), depth: .zero)
    #expect(answer == .expired)
    let standing = lease.check(now: GuardTests.at(99), depth: .zero)
    #expect(standing == .lapsed)
  }

  // R23: what was overdrawn is over.
  @Test func overdrawnLeaseIsGone() {
    var lease = LeaseGuard()
    _ = lease.request(GuardTests.request(1, 1, now: 9), now: GuardTests.at(9), depth: .zero)
    let far = Micrometres(Limits.travelPerLease.count + 1)
    let first = lease.check(now: GuardTests.at(10), depth: far)
    let second = lease.check(now: GuardTests.at(11), depth: far)
    #expect(first == .travelExceeded && second == .off)
  }
}
