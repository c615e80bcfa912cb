import Dispatch
import InterlockOracle
import SafetyInterlock
import Synchronization

/// Many sessions on several threads; the result depends on the seed and the number of shards alone.
struct SimulationCampaign: Sendable {
  var seed: UInt64
  var steps: Int
  var shards: Int
  var defect: SimulationDefect?
  /// Ends a shard at its first violation.
  var stopsAtViolation = false

  struct Result: Sendable {
    var counts = SimulationCounts()
    var violations: [SimulationSession] = []
  }

  /// ms; a session that never comes to its faults ends here.
  static let sessionLimit = 9_000

  func run(progress: @escaping @Sendable (Int) -> Void) -> Result {
    let results = Mutex<[Int: Result]>([:])
    DispatchQueue.concurrentPerform(iterations: shards) { shard in
      let result = runShard(shard, progress: progress)
      results.withLock { $0[shard] = result }
    }
    return results.withLock { found in
      var sum = Result()
      for shard in 0..<shards {
        guard let result = found[shard] else { continue }
        sum.counts = sum.counts + result.counts
        sum.violations += result.violations
      }
      return sum
    }
  }

  private func runShard(_ shard: Int, progress: (Int) -> Void) -> Result {
    var result = Result()
    var random = SeededStream(seed: seed &+ UInt64(shard) &* 0x1_0000_0001)
    var told = 0
    while result.counts.steps < steps / shards {
      let seed = random.next()
      let scheduler = SimulationScheduler(seed: seed, rarest: result.counts.rarest)
      var session = SimulationSession(seed: seed, plan: .guided(scheduler), defect: defect)
      session.run(
        limit: Self.sessionLimit,
        began: { result.counts.began($0.kind, $1, isOn: $2) },
        off: { result.counts.note($0) })
      result.counts.note(session)
      if session.judge.violation != nil {
        if result.violations.count < 20 { result.violations.append(session) }
        if stopsAtViolation { return result }
      }
      if result.counts.steps - told >= 5_000_000 {
        progress(result.counts.steps - told)
        told = result.counts.steps
      }
    }
    return result
  }

  /// Sessions without a fault: how often something trips all the same.
  func runNominal(_ steps: Int) -> (steps: Int, energised: Int, trips: Int, causes: [String]) {
    let sum = Mutex<(Int, Int, Int, [String])>((0, 0, 0, []))
    DispatchQueue.concurrentPerform(iterations: shards) { shard in
      var random = SeededStream(seed: ~seed &+ UInt64(shard) &* 0x1_0000_0001)
      var done = 0
      while done < steps / shards {
        var session = SimulationSession(seed: random.next(), plan: .nominal)
        // An hour, or what is left of the share.
        session.run(limit: min(3_600_000, steps / shards - done))
        done += max(1, session.now)
        let cause = session.newestCause.map { "\($0.name)" }
        sum.withLock {
          $0.0 += session.now
          $0.1 += session.energisedSteps
          $0.2 += session.faultsLatched + (session.judge.violation == nil ? 0 : 1)
          if let cause { $0.3.append(cause) }
        }
      }
    }
    return sum.withLock { ($0.0, $0.1, $0.2, $0.3) }
  }
}
