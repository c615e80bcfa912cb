import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct SwitchTests {
  enum Sample: Int, CaseIterable {
    case released, pressed, bothOpen, bothClosed, demand
    var isContact: Bool { self != .demand }
    var disagrees: Bool { self == .bothOpen || self == .bothClosed }
  }

  /// By the rule, not by the code: the end of the history is pressed, before that the contacts may
  /// have been on their way, and before that the switch was released, with no demand since.
  static func isHeldByRule(_ history: [Sample]) -> Bool {
    var rest = history[...]
    guard rest.last == .pressed else { return false }
    while rest.last == .pressed { rest.removeLast() }
    while let last = rest.last, last.disagrees { rest.removeLast() }
    return rest.last == .released
  }

  static func isDiscrepantByRule(_ history: [Sample], period: UInt64) -> Bool {
    var since: UInt64?
    for (index, sample) in history.enumerated() where sample.isContact {
      let now = UInt64(index) * period
      if sample.disagrees {
        since = since ?? now
        if now - since! >= UInt64(Limits.switchDiscrepancy.count) { return true }
      } else {
        since = nil
      }
    }
    return false
  }

  // R18: neither at the start nor while the contacts travel.
  @Test func pressedOnlyWhileBothContactsSaySo() {
    var monitor = SwitchMonitor()
    #expect(!monitor.isPressed && !monitor.isHeld)
    monitor.note(normallyOpen: true, normallyClosed: false, now: 0)
    #expect(monitor.isPressed && !monitor.isHeld)
    monitor.note(normallyOpen: true, normallyClosed: true, now: 1_000_000)
    #expect(!monitor.isPressed && !monitor.isHeld)
  }

  // R18: all histories to depth 8, fast ones and ones slow enough for a discrepancy.
  @Test(arguments: [UInt64(1_000_000), 10_000_000])
  func heldOnlyAfterASeenRelease(period: UInt64) {
    var words = 1
    for _ in 0..<8 { words *= 5 }
    var held = 0
    for word in 0..<words {
      var monitor = SwitchMonitor()
      var history: [Sample] = []
      var rest = word
      for index in 0..<8 {
        let sample = Sample(rawValue: rest % 5)!
        rest /= 5
        history.append(sample)
        if sample == .demand {
          monitor.demandRelease()
        } else {
          monitor.note(
            normallyOpen: sample == .pressed || sample == .bothClosed,
            normallyClosed: sample == .released || sample == .bothClosed,
            now: UInt64(index) * period)
        }
        let isDiscrepant = Self.isDiscrepantByRule(history, period: period)
        let expected = Self.isHeldByRule(history) && !isDiscrepant
        if monitor.isHeld != expected || monitor.isDiscrepant != isDiscrepant {
          Issue.record("\(history), period \(period)")
          return
        }
      }
      if monitor.isHeld { held += 1 }
    }
    #expect(held > words / 100)
  }

  // R18: to the nanosecond.
  @Test func discrepancyLatchesAfterItsTime() {
    let limit = UInt64(Limits.switchDiscrepancy.count)
    for both in [false, true] {
      for (length, expected) in [(limit - 1, false), (limit, true), (limit + 1, true)] {
        var monitor = SwitchMonitor()
        monitor.note(normallyOpen: both, normallyClosed: both, now: 5)
        monitor.note(normallyOpen: both, normallyClosed: both, now: 5 + length)
        #expect(monitor.isDiscrepant == expected)
        // R20: not while the contacts still disagree.
        monitor.acknowledge()
        #expect(monitor.isDiscrepant == expected)
        monitor.note(normallyOpen: false, normallyClosed: true, now: 6 + length)
        #expect(monitor.isDiscrepant == expected)
        monitor.acknowledge()
        #expect(!monitor.isDiscrepant && !monitor.isHeld)
      }
    }
    var monitor = SwitchMonitor()
    monitor.note(normallyOpen: true, normallyClosed: true, now: 5)
    monitor.note(normallyOpen: true, normallyClosed: true, now: 4)
    #expect(monitor.isDiscrepant)
  }

  // R18: pressed from before arming, it never enables until it was let go.
  @Test func pressFromBeforeArmingNeverEnables() {
    var bench = Bench.searched()
    bench.isPressed = true
    bench.steps(3)
    bench.step(.arm)
    #expect(bench.interlock.machine.isArmed)
    bench.steps(200)
    #expect(!bench.isEnabled)
    bench.isPressed = false
    bench.step()
    bench.isPressed = true
    bench.step()
    #expect(bench.isEnabled)
  }

  // R18: a release that was reported before arming is no release after it, however often it is seen.
  @Test func oldReportOfAReleaseIsNoNewRelease() {
    var bench = Bench.searched()
    bench.period = 1_000_000
    bench.step()
    let old = Fresh(bench.status, since: bench.instant)
    bench.step(.arm) { $0.status = old }
    for _ in 0..<10 { bench.step { $0.status = old } }
    bench.isPressed = true
    bench.steps(700)
    #expect(bench.interlock.machine.isArmed && !bench.isEnabled)
  }

  // R18: after a trip and its acknowledge the switch must be let go again.
  @Test func pressFromBeforeAnAcknowledgeNeverEnables() {
    var bench = Bench.enabled()
    bench.step { $0.damaged = 1 }
    #expect(bench.cause != nil)
    bench.steps(3)
    bench.acknowledge()
    bench.step(.arm)
    #expect(bench.interlock.machine.isArmed)
    bench.steps(200)
    #expect(!bench.isEnabled)
  }

  // R18: unknown is not held, and forgets the press.
  @Test func staleStatusDemandsANewPress() {
    var bench = Bench.pressed()
    bench.step()
    bench.step { $0.status = nil }
    bench.steps(200)
    #expect(!bench.isEnabled)
  }

  // R18
  @Test func discrepantSwitchLatchesInEveryState() {
    for start in [Bench.locked(), .armed(), .enabled()] {
      for both in [false, true] {
        var bench = start
        for _ in 0..<3 {
          bench.step {
            let contacts: SafetyFlags = [.switchNormallyOpen, .switchNormallyClosed]
            $0.status?.value.flags.subtract(contacts)
            if both { $0.status?.value.flags.formUnion(contacts) }
          }
          #expect(!bench.isEnabled)
        }
        #expect(bench.cause == .check(.switchEnable))
        bench.steps(2)
        bench.acknowledge()
        #expect(bench.isLocked)
      }
    }
  }

  // R18, decision 0004: letting go ends the enable in the same step, and is no fault.
  @Test func lettingGoEndsTheEnable() {
    var bench = Bench.enabled()
    bench.isPressed = false
    let decision = bench.step()
    #expect(!decision.isEnabled && decision.action == .withdraw)
    #expect(bench.interlock.machine.isArmed)
    bench.steps(5)
    bench.isPressed = true
    // A new dwell, too.
    bench.step()
    #expect(!bench.isEnabled)
    bench.steps(60)
    #expect(bench.isEnabled)
  }
}
