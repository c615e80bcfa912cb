import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

extension ConditionPair {
  static var monitors: [ConditionPair] {
    switchMonitor + sequenceMonitor + integrityMonitor + small + hostReadback
  }

  private static var switchMonitor: [ConditionPair] {
    typealias Sample = (open: Bool, closed: Bool, at: UInt64)
    let released: Sample = (false, true, 0)
    func seen(_ samples: [Sample]) -> SwitchMonitor {
      var monitor = SwitchMonitor()
      for (open, closed, at) in samples {
        monitor.note(normallyOpen: open, normallyClosed: closed, now: at)
      }
      return monitor
    }
    let limit = UInt64(Limits.switchDiscrepancy.count)
    func held(_ monitor: SwitchMonitor) -> String { monitor.isHeld ? "held" : "not held" }
    func discrepant(_ monitor: SwitchMonitor) -> String {
      monitor.isDiscrepant ? "discrepant" : "agree"
    }
    let file = "Monitors/SwitchMonitor"
    return [
      ConditionPair(file, "contacts differ") { holds in
        held(seen([released, (true, !holds, 1)]))
      },
      ConditionPair(file, "was not pressed before the contacts agreed") { holds in
        held(
          seen(
            [released] + (holds ? [] : [(true, false, 1)]) + [(true, true, 2), (true, false, 3)]))
      },
      ConditionPair(file, "time runs forward during a discrepancy") { holds in
        discrepant(seen([(true, true, 5), (true, true, holds ? 5 : 4)]))
      },
      ConditionPair(file, "discrepancy < 20 ms") { holds in
        discrepant(seen([(true, true, 0), (true, true, holds ? limit - 1 : limit)]))
      },
      ConditionPair(file, "a discrepancy begins with its first sample") { holds in
        discrepant(seen((holds ? [] : [(true, true, 0)]) + [(true, true, limit)]))
      },
      ConditionPair(file, "now pressed") { holds in held(seen([released, (holds, !holds, 1)])) },
      ConditionPair(file, "seen released") { holds in
        held(seen((holds ? [released] : []) + [(true, false, 1)]))
      },
      ConditionPair(file, "not discrepant") { holds in
        held(
          seen(
            [
              released, (true, true, 0), (true, true, holds ? 1 : limit), released,
              (true, false, 9),
            ]))
      },
      ConditionPair(file, "released now, for `wasReleased`") { holds in
        held(seen([(!holds, holds, 0), (true, false, 1)]))
      },
      ConditionPair(file, "acknowledge: the discrepancy is over") { holds in
        var monitor = seen([(true, true, 0), (true, true, limit)] + (holds ? [released] : []))
        monitor.acknowledge()
        return discrepant(monitor)
      },
      ConditionPair(file, "acknowledge: there was a discrepancy") { holds in
        var monitor = seen([(true, true, 0)] + (holds ? [(true, true, limit)] : []))
        monitor.acknowledge()
        return discrepant(monitor)
      },
    ]
  }

  private static var sequenceMonitor: [ConditionPair] {
    func step(_ first: UInt32?, _ second: UInt32) -> String {
      var monitor = SequenceMonitor()
      if let first { _ = monitor.accept(first) }
      return "\(monitor.accept(second))"
    }
    let file = "Monitors/SequenceMonitor"
    return [
      ConditionPair(file, "there was a number before") { step($0 ? 4 : nil, 5) },
      ConditionPair(file, "the number is another") { step(4, $0 ? 5 : 4) },
      ConditionPair(file, "less than half the circle ahead") {
        step(0, $0 ? 0x7FFF_FFFF : 0x8000_0000)
      },
      ConditionPair(file, "ahead by one") { step(4, $0 ? 5 : 6) },
    ]
  }

  private static var integrityMonitor: [ConditionPair] {
    let window = UInt64(Limits.integrityWindow.count)
    func second(_ damage: [(UInt32, UInt64)]) -> String {
      var monitor = IntegrityMonitor()
      for (count, at) in damage { monitor.note(damaged: count, now: at) }
      return monitor.isSecond ? "second" : "no second"
    }
    let file = "Monitors/IntegrityMonitor"
    return [
      ConditionPair(file, "damaged > 0") { second([(1, 1), ($0 ? 1 : 0, 2)]) },
      ConditionPair(file, "damaged > 1") { second([($0 ? 2 : 1, 1)]) },
      ConditionPair(file, "there was damage before") { second(($0 ? [(1, 1)] : []) + [(1, 2)]) },
      ConditionPair(file, "time ran back") {
        second([(1, window + 9), (1, $0 ? 4 : 2 * window + 10)])
      },
      ConditionPair(file, "within 10 min") { second([(1, 1), (1, window + ($0 ? 1 : 2))]) },
    ]
  }

  private static func difference(_ a: Int64, _ b: Int64) -> Int64 {
    apart(Nanoseconds(a), Nanoseconds(b))
  }

  private static var small: [ConditionPair] {
    let at = HostInstant(nanoseconds: 1)
    func dwelt(_ first: UInt32, _ flights: [Int64]) -> Dwell {
      var dwell = Dwell()
      for flight in flights { dwell.noteGood(flight: Nanoseconds(flight), at: at) }
      if first > 0 { dwell.frames = first }
      return dwell
    }
    return [
      ConditionPair("Monitors/FrozenMonitor", "the payload repeats") { holds in
        var monitor = FrozenMonitor()
        for crc in [1, holds ? 1 : 2] as [UInt32] { monitor.note(payloadCRC: crc) }
        return "\(monitor.repeats)"
      },
      ConditionPair("Monitors/FrozenMonitor", "repeats at their end") { holds in
        var monitor = FrozenMonitor()
        monitor.note(payloadCRC: 1)
        monitor.repeats = holds ? .max : .max - 2
        monitor.note(payloadCRC: 1)
        return monitor.repeats == .max ? "at the end" : "one more"
      },
      ConditionPair("Monitors/FrozenMonitor", "still counter: repeats at their end") { holds in
        var monitor = FrozenMonitor()
        monitor.repeats = holds ? .max : .max - 2
        monitor.noteStillCounter()
        return monitor.repeats == .max ? "at the end" : "one more"
      },
      ConditionPair("Monitors/Dwell", "the first good frame") { holds in
        "\(dwelt(0, holds ? [7] : [5, 7]).shortest.count)"
      },
      ConditionPair("Monitors/Dwell", "frames at their end") { holds in
        var dwell = dwelt(holds ? .max : .max - 2, [5])
        dwell.noteGood(flight: .zero, at: at)
        return dwell.frames == .max ? "at the end" : "one more"
      },
      ConditionPair("Monitors/Dwell", "a dwell is under way") { holds in
        "\(dwelt(0, holds ? [5] : []).lasted.count)"
      },
      ConditionPair("Monitors/Difference", "the difference fits 64 bits") { holds in
        difference(holds ? 5 : .max, holds ? 3 : .min) == .max ? "clamped" : "exact"
      },
      ConditionPair("Monitors/Difference", "an overflow upward") { holds in
        "\(holds ? difference(.max, .min) : difference(.min, .max))"
      },
      ConditionPair("Monitors/Difference", "it is the mark of the unknown") { holds in
        let exact = Nanoseconds(holds ? .min : .min + 2).count
        return difference(exact, 0) == exact ? "exact" : "clamped"
      },
      ConditionPair("Monitors/Difference", "turn < 180°") { holds in
        "\(flanks(roll: holds ? 2_000 : 358_000))"
      },
      ConditionPair("Monitors/Difference", "turn ≥ −180°") { holds in
        "\(flanks(roll: holds ? -2_000 : -358_000))"
      },
    ]
  }

  /// The flanks that a low signal at `roll` gives a search whose maximum is at 0°.
  static func flanks(roll: Int32, level: Int32 = 0, drop: Int32 = 300) -> UInt8 {
    var search = PeakSearch()
    search.begin()
    for (amplitude, roll, level) in [(5_000, 0, 0), (5_000 - drop, roll, level)]
      as [(Int32, Int32, Int32)]
    {
      for _ in 0..<3 {
        search.note(
          SignalObservation(
            amplitude: CentiDecibels(amplitude), snr: CentiDecibels(3_000),
            timeOfFlight: Nanoseconds(3_200)), roll: Millidegrees(roll), level: Micrometres(level))
      }
    }
    return search.flanks.rawValue
  }

  private static var hostReadback: [ConditionPair] {
    let file = "Monitors/HostReadback"
    func verdict(_ bench: Bench) -> String { "\(bench.cause == .check(.consoleReadback))" }
    /// A locked bench whose statuses are spoiled for some steps of 10 ms.
    func stuck(_ steps: Int, from bench: Bench = Bench.locked(), _ spoil: @escaping Spoil) -> Bench
    {
      var bench = bench
      for _ in 0..<steps { bench.step(spoil: spoil) }
      return bench
    }
    let readback: Spoil = { $0.status?.value.flags.insert(.driveReadback) }
    let commanded: Spoil = { $0.status?.value.flags.insert(.driveCommanded) }
    let unechoed: Spoil = { $0.status?.value.flags.remove(.leaseActive) }
    func depths(_ values: [Int32]) -> Bench {
      var bench = Bench.locked()
      for value in values { bench.step { $0.status?.value.needleDepth = Micrometres(value) } }
      return bench
    }
    func disarmed(_ steps: Int) -> Bench {
      var bench = Bench.enabled()
      bench.step(.disarm)
      return stuck(steps, from: bench, readback)
    }
    return [
      ConditionPair(file, "the line is on: readback") {
        verdict(stuck(3, $0 ? readback : { _ in }))
      },
      ConditionPair(file, "the line is on: command") {
        verdict(stuck(3, $0 ? commanded : { _ in }))
      },
      ConditionPair(file, "mismatch ≥ 20 ms") { verdict(stuck($0 ? 3 : 2, readback)) },
      ConditionPair(file, "settled since the enable changed") {
        verdict($0 ? stuck(4, readback) : disarmed(4))
      },
      ConditionPair(file, "the enable changed") {
        verdict(
          stuck(
            4,
            from: $0
              ? {
                var bench = Bench.enabled()
                bench.step(.disarm)
                return bench
              }() : Bench.locked(), readback))
      },
      ConditionPair(file, "not enabled, for a line that is on") {
        verdict($0 ? stuck(12, readback) : stuck(12, from: enabled, readback))
      },
      ConditionPair(file, "enabled and no echo of the lease") {
        verdict(stuck(12, from: enabled, $0 ? unechoed : { _ in }))
      },
      ConditionPair(file, "enabled, for an echo that is missing") {
        verdict(stuck(12, from: $0 ? enabled : Bench.locked(), unechoed))
      },
      ConditionPair(file, "the needle has come out by more than 0.1 mm") {
        verdict(depths([0, $0 ? 101 : 100, $0 ? 101 : 100, $0 ? 101 : 100]))
      },
      ConditionPair(file, "not enabled, for a needle that comes out") { holds in
        let travel: Spoil = { $0.status?.value.needleDepth = Micrometres(500) }
        return verdict(stuck(12, from: holds ? Bench.locked() : enabled, travel))
      },
      ConditionPair(file, "a depth at rest is known") { holds in
        var bench = holds ? Bench.locked() : Bench()
        for _ in 0..<4 { bench.step { $0.status?.value.needleDepth = Micrometres(500) } }
        return bench.interlock.memory.readback.hasFailed ? "failed" : "well"
      },
      ConditionPair(file, "farther out than at rest") { holds in
        // Drawn back, the needle rests where it is: from there 0.1 mm count anew.
        return verdict(depths([0, holds ? 0 : -50, 60, 60, 60, 60]))
      },
      ConditionPair(file, "acknowledge: the line is still wrong") { holds in
        var monitor = stuck(3, readback).interlock.memory.readback
        monitor.isLineWrong = holds
        monitor.acknowledge()
        return monitor.hasFailed ? "failed" : "forgiven"
      },
      ConditionPair(file, "acknowledge: a depth is known") { holds in
        var monitor = HostReadback()
        monitor.newestDepth = holds ? Micrometres(5) : nil
        monitor.acknowledge()
        return monitor.restDepth == nil ? "unknown" : "known"
      },
    ]
  }
}
