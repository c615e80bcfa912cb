import HardwareSpecs
import ProbeWire

/// What an unreliable link does to A-lines between the console and the host.
struct LinkFaults {
  /// Lines held back, with the round in which they are let go.
  private var held: [(due: UInt64, line: [UInt8])] = []
  /// The newest lines, for a replay.
  private var recent: [[UInt8]] = []
  private var replayIndex = 0
  private var counter: UInt64 = 0
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// - Parameter rounds: rounds since the start, the clock of delays.
  mutating func carry(
    _ line: UnsafeRawBufferPointer, faults: ActiveFaults, rounds: UInt64, roundsPerMillisecond: Double,
    deliver: (UnsafeRawBufferPointer) -> Void
  ) {
    counter += 1
    remember(line)
    if let lost = faults[.dropFrames] {
      if Double(random.next() % 10) < lost { return }
    }
    if faults[.replayFrames] != nil, !recent.isEmpty {
      replayIndex = (replayIndex + 1) % recent.count
      return recent[replayIndex].withUnsafeBytes(deliver)
    }
    if let delay = faults[.delayFrames] {
      held.append((rounds + UInt64(delay * roundsPerMillisecond), Array(line)))
      return
    }
    if faults[.reorderFrames] != nil {
      if held.isEmpty {
        held.append((.max, Array(line)))
      } else {
        deliver(line)
        held.removeFirst().line.withUnsafeBytes(deliver)
      }
      return
    }
    if faults[.corruptFrames] != nil {
      var damaged = Array(line)
      for _ in 0..<3 {
        let bit = Int(random.next() % UInt64(damaged.count * 8))
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      return damaged.withUnsafeBytes(deliver)
    }
    deliver(line)
  }

  /// Lets go what was held back long enough; when the fault is over, all of it.
  mutating func release(
    faults: ActiveFaults, rounds: UInt64, deliver: (UnsafeRawBufferPointer) -> Void
  ) {
    let isOver = faults[.delayFrames] == nil && faults[.reorderFrames] == nil
    while let first = held.first, isOver || first.due <= rounds {
      held.removeFirst()
      first.line.withUnsafeBytes(deliver)
    }
  }

  mutating func clear() {
    held = []
    recent = []
  }

  /// Keeps 20 lines from some 50 lines ago, so that a replay is clearly old.
  private mutating func remember(_ line: UnsafeRawBufferPointer) {
    guard counter % 50 < 20 else { return }
    if recent.count >= 20 { recent.removeFirst() }
    recent.append(Array(line))
  }
}

/// The faults of this moment with their strengths.
public struct ActiveFaults: Sendable {
  private var amounts: [Double?] = Array(repeating: nil, count: FaultKind.allCases.count)
  public private(set) var isEmpty = true

  public init() {}

  public subscript(kind: FaultKind) -> Double? {
    get { isEmpty ? nil : amounts[Self.index(kind)] }
    set {
      amounts[Self.index(kind)] = newValue
      isEmpty = amounts.allSatisfy { $0 == nil }
    }
  }

  public var kinds: [FaultKind] { FaultKind.allCases.filter { self[$0] != nil } }

  private static func index(_ kind: FaultKind) -> Int {
    FaultKind.allCases.firstIndex(of: kind) ?? 0
  }
}

/// A small seeded generator (Steele, Lea and Flood 2014), for faults and nonces.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
