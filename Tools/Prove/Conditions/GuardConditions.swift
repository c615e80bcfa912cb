import HardwareSpecs
import Quantities
import SafetyInterlock

extension ConditionPair {
  static var guards: [ConditionPair] { leaseGuard + watchdog + outputReadback }

  private static func at(_ nanoseconds: UInt64) -> DeviceInstant {
    DeviceInstant(nanoseconds: nanoseconds)
  }

  private static var leaseGuard: [ConditionPair] {
    let file = "Guards/LeaseGuard"
    let now: UInt64 = 1 << 40
    let good = LeaseGuard.Request(
      decision: 9, lease: 9, frameTime: at(now), expires: at(now + 50_000_000))
    func running(depth: Int32 = 0) -> LeaseGuard {
      var lease = LeaseGuard()
      _ = lease.request(
        LeaseGuard.Request(
          decision: 5, lease: 5, frameTime: at(now), expires: at(now + 50_000_000)), now: at(now),
        depth: Micrometres(depth))
      return lease
    }
    func answer(
      _ lease: LeaseGuard = running(), at time: UInt64 = now, depth: Int32 = 0,
      _ change: (inout LeaseGuard.Request) -> Void = { _ in }
    ) -> String {
      var (lease, request) = (lease, good)
      change(&request)
      return "\(lease.request(request, now: at(time), depth: Micrometres(depth)))"
    }
    func standing(_ lease: LeaseGuard = running(), at time: UInt64, depth: Int32 = 0) -> String {
      var lease = lease
      return switch lease.check(now: at(time), depth: Micrometres(depth)) {
      case .off: "off"
      case .running: "running"
      case .lapsed: "lapsed"
      case .travelExceeded: "travel exceeded"
      }
    }
    let end = now + UInt64(Limits.lease.count)
    let last = UInt64.max - UInt64(Limits.lease.count)
    return [
      ConditionPair(file, "request: the number is another") { holds in
        answer { $0.lease = holds ? 9 : 5 }
      },
      ConditionPair(file, "request: the number is ahead") { holds in
        answer { $0.lease = holds ? 9 : 4 }
      },
      ConditionPair(file, "request: the decision is newer") { holds in
        answer { $0.decision = holds ? 9 : 5 }
      },
      ConditionPair(file, "request: frame age ≥ 0") { holds in
        answer { $0.frameTime = at(now + (holds ? 0 : 1)) }
      },
      ConditionPair(file, "request: frame age ≤ 30 ms") { holds in
        answer { $0.frameTime = at(now - (holds ? 30_000_000 : 30_000_001)) }
      },
      ConditionPair(file, "request: not expired") { holds in
        answer { $0.expires = at(now + (holds ? 1 : 0)) }
      },
      ConditionPair(file, "request: the clock has room for a lease") { holds in
        let time = holds ? last : last + 1
        return answer(LeaseGuard(), at: time) {
          $0.frameTime = at(time)
          $0.expires = at(.max)
        }
      },
      ConditionPair(file, "request: no lease is there") { holds in
        answer(holds ? LeaseGuard() : running(), depth: 251)
      },
      ConditionPair(file, "request: the lease that is there stands") { holds in
        answer(depth: holds ? 250 : 251)
      },
      ConditionPair(file, "withdraw: the decision is newer") { holds in
        var lease = running()
        lease.withdraw(decision: holds ? 9 : 4)
        return answer(lease)
      },
      ConditionPair(file, "covers: a lease runs") { holds in
        "\((holds ? running() : LeaseGuard()).covers(decision: 9))"
      },
      ConditionPair(file, "covers: the decision is not void") { holds in
        "\(running().covers(decision: holds ? 5 : 4))"
      },
      ConditionPair(file, "check: a lease is there") { holds in
        standing(holds ? running() : LeaseGuard(), at: now)
      },
      ConditionPair(file, "check: not before the grant") { standing(at: $0 ? now : now - 1) },
      ConditionPair(file, "check: before the end") { standing(at: $0 ? end - 1 : end) },
      ConditionPair(file, "check: at most 0.25 mm of travel") {
        standing(at: now, depth: $0 ? 250 : 251)
      },
      ConditionPair(file, "stands: not before the grant") { holds in
        let time = holds ? now : now - 1
        return answer(at: time) { $0.frameTime = at(time) }
      },
      ConditionPair(file, "stands: before the end") { holds in
        let time = holds ? end - 1 : end
        return answer(at: time) { $0.frameTime = at(time) }
      },
    ]
  }

  private static var watchdog: [ConditionPair] {
    let file = "Guards/WindowedWatchdog"
    let open = UInt64(Limits.watchdogOpen.count)
    let close = UInt64(Limits.watchdogClose.count)
    func fed(
      _ kicks: [UInt64], stages: [WindowedWatchdog.Stage] = WindowedWatchdog.Stage.allCases
    ) -> WindowedWatchdog {
      var watchdog = WindowedWatchdog()
      for kick in kicks {
        for stage in stages { watchdog.pass(stage) }
        watchdog.kick(at: at(kick))
      }
      return watchdog
    }
    func word(_ watchdog: WindowedWatchdog) -> String {
      watchdog.isHealthy ? "healthy" : "tripped"
    }
    func checked(_ watchdog: WindowedWatchdog, at time: UInt64) -> String {
      var watchdog = watchdog
      watchdog.check(at: at(time))
      return word(watchdog)
    }
    return [
      ConditionPair(file, "the stage is due") { holds in
        word(
          fed(
            [9],
            stages: holds
              ? [.acquire, .validate, .decide, .readback]
              : [.acquire, .decide, .validate, .decide, .readback]))
      },
      ConditionPair(file, "every stage was passed") { holds in
        word(fed([9], stages: holds ? WindowedWatchdog.Stage.allCases : [.acquire]))
      },
      ConditionPair(file, "it was kicked before") { word(fed($0 ? [9, 10] : [10])) },
      ConditionPair(file, "not too early") { word(fed([9, 9 + ($0 ? open : open - 1)])) },
      ConditionPair(file, "not too late") { word(fed([9, 9 + ($0 ? close : close + 1)])) },
      ConditionPair(file, "check: it was kicked before") { holds in
        checked(holds ? fed([9]) : WindowedWatchdog(), at: 10 + close)
      },
      ConditionPair(file, "check: time ran back") { checked(fed([9]), at: $0 ? 8 : 9) },
      ConditionPair(file, "check: the window has passed") {
        checked(fed([9]), at: 9 + close + ($0 ? 1 : 0))
      },
    ]
  }

  private static var outputReadback: [ConditionPair] {
    let limit = UInt64(Limits.readbackMismatch.count)
    func noted(
      _ samples: [(at: UInt64, commanded: Bool, line: Bool, overruns: Bool)]
    ) -> String {
      var readback = OutputReadback()
      for sample in samples {
        readback.note(
          commanded: sample.commanded, line: sample.line, isOverrunning: sample.overruns,
          now: at(sample.at))
      }
      return readback.hasFailed ? "failed" : "well"
    }
    let file = "Guards/OutputReadback"
    return [
      ConditionPair(file, "line and command differ") {
        noted([(1, true, !$0, false), (1 + limit, true, !$0, false)])
      },
      ConditionPair(file, "overrunning") {
        noted([(1, true, true, $0), (1 + limit, true, true, $0)])
      },
      ConditionPair(file, "the mismatch began before") {
        noted(($0 ? [(1, true, false, false)] : []) + [(1 + limit, true, false, false)])
      },
      ConditionPair(file, "time ran back") {
        noted([(9, true, false, false), ($0 ? 8 : 9, true, false, false)])
      },
      ConditionPair(file, "for 20 ms") {
        noted([(1, true, false, false), (limit + ($0 ? 1 : 0), true, false, false)])
      },
    ]
  }
}
