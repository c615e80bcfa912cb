import HardwareSpecs
import ProbeWire

/// What an unreliable link does to A-lines between the console and the host.
struct LinkFaults {
  /// Lines held back, with the round in which they are let go.
  private var held: [(due: UInt64, line: [UInt8])] = []
  /// The newest lines, for a replay; slots are used again.
  private var recent: [[UInt8]] = []
  private var newest = 0
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// - Parameter rounds: rounds since the start, the clock of delays.
  mutating func carry(
    _ line: UnsafeRawBufferPointer, faults: ActiveFaults, rounds: UInt64,
    roundsPerMillisecond: Double,
    deliver: (UnsafeRawBufferPointer) -> Void
  ) {
    if faults[.replayFrames] != nil, !recent.isEmpty {
      // Nothing new is remembered, so the same old lines come round and round.
      newest = (newest + 1) % recent.count
      return recent[newest].withUnsafeBytes(deliver)
    }
    remember(line)
    if let share = faults[.dropFrames], isHit(share) { return }
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
    if let share = faults[.corruptFrames], isHit(share) {
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

  private mutating func isHit(_ share: Double) -> Bool {
    Double(random.next() >> 11) * 0x1p-53 < share
  }

  private mutating func remember(_ line: UnsafeRawBufferPointer) {
    newest = (newest + 1) % 32
    if recent.count < 32 {
      recent.append(Array(line))
      newest = recent.count - 1
    } else if recent[newest].count == line.count {
      recent[newest].withUnsafeMutableBytes { $0.copyMemory(from: line) }
    } else {
      recent[newest] = Array(line)
    }
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
