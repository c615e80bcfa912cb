import HardwareSpecs
import Quantities
import SafetyInterlock

/// A search for the maximum: every frame of it, judged when it is finished (R04).
struct OracleSearch: Sendable {
  /// What a finished search found.
  struct Result: Equatable, Sendable {
    var maximum: Int32?
    var shortestFlight: Int64?
    var isBracketed = false
  }

  private struct Sample {
    var roll: Int64
    var level: Int64
    var signal: SignalObservation
  }

  /// What three frames in a row say together, at the place of the newest.
  private struct Triple {
    var roll: Int64
    var level: Int64
    var low: Int64
    var high: Int64
    var flight: Int64
  }

  private(set) var isRunning = false
  private(set) var result: Result?
  private var samples: [Sample?] = []

  mutating func begin() { self = OracleSearch(isRunning: true) }

  private init(isRunning: Bool) { self.isRunning = isRunning }
  init() {}

  mutating func take(_ frame: FrameObservation, _ signal: SignalObservation?) {
    guard isRunning else { return }
    samples.append(
      signal.map {
        Sample(
          roll: Int64(frame.handleRoll.count), level: Int64(frame.handleLevel.count), signal: $0)
      })
  }

  mutating func finish() {
    guard isRunning else { return }
    isRunning = false
    result = judge(triples())
    samples = []
  }

  private func triples() -> [Triple] {
    samples.indices.dropFirst(2).compactMap { i in
      guard let a = samples[i - 2], let b = samples[i - 1], let c = samples[i] else { return nil }
      let amplitudes = [a, b, c].map { Int64($0.signal.amplitude.count) }
      let flights = [a, b, c].map { $0.signal.timeOfFlight.count }
      return Triple(
        roll: c.roll, level: c.level, low: amplitudes.min()!, high: amplitudes.max()!,
        flight: flights.max()!)
    }
  }

  private func judge(_ triples: [Triple]) -> Result {
    // The maxima, each a clear gain over the one before it.
    var records: [Int] = []
    for (i, triple) in triples.enumerated() {
      let gain = records.last.map { triple.low - triples[$0].low } ?? .max
      if gain > Int64(Limits.peakImprovement.count) { records.append(i) }
    }
    guard let last = records.last else { return Result() }
    // Flanks count from the newest maximum that lay elsewhere than the one they were begun at.
    let begun = records.reduce(records[0]) { isElsewhere(triples[$1], triples[$0]) ? $1 : $0 }
    var sides: Set<Side> = []
    var shortest: Int64?
    let drop = Int64(Limits.bracketDrop.count)
    for (n, record) in records.enumerated() {
      let peak = triples[record]
      let end = n + 1 < records.count ? records[n + 1] : triples.count
      for i in record..<end where i >= begun {
        let triple = triples[i]
        if triple.high <= peak.low - drop { sides.formUnion(self.sides(triple, of: peak)) }
        if triple.low > peak.low - drop { shortest = min(shortest ?? .max, triple.flight) }
      }
    }
    return Result(
      maximum: Int32(triples[last].low), shortestFlight: shortest, isBracketed: sides.count == 4)
  }

  private func isElsewhere(_ a: Triple, _ b: Triple) -> Bool {
    abs(turn(a.roll - b.roll)) > Int64(Limits.bracketRollMin.count)
      || abs(a.level - b.level) > Int64(Limits.bracketAxialMin.count)
  }

  private enum Side { case left, right, distal, proximal }

  /// The side of the maximum that a place is on, if any: of the axis on which it is farther away, where
  /// each counts in its own least distance of a flank.
  private func sides(_ triple: Triple, of peak: Triple) -> Set<Side> {
    let roll = turn(triple.roll - peak.roll)
    let level = triple.level - peak.level
    var sides: Set<Side> = []
    let leastTurn = Int64(Limits.bracketRollMin.count)
    let leastMove = Int64(Limits.bracketAxialMin.count)
    let lead = abs(roll) * leastMove - abs(level) * leastTurn
    if lead > 0, abs(level) <= Int64(Limits.bracketAxialSlack.count),
      abs(roll) >= leastTurn,
      abs(roll) <= Int64(Limits.bracketRollMax.count)
    {
      sides.insert(roll < 0 ? .left : .right)
    }
    if lead < 0, abs(roll) <= Int64(Limits.bracketRollSlack.count),
      abs(level) >= leastMove,
      abs(level) <= Int64(Limits.bracketAxialMax.count)
    {
      sides.insert(level < 0 ? .proximal : .distal)
    }
    return sides
  }

  /// A difference of rolls by the shorter way round.
  private func turn(_ difference: Int64) -> Int64 {
    let rest = (difference + 180_000) % 360_000
    return (rest < 0 ? rest + 360_000 : rest) - 180_000
  }
}
