/// A finite model: states, stimuli, and what one step does.
protocol ExploredModel: Sendable {
  associatedtype State: Hashable & Sendable
  associatedtype Stimulus: Sendable
  associatedtype Violation: Sendable

  var name: String { get }
  /// States to begin with, each with the stimuli that lead there from the start.
  var roots: [(state: State, path: [Stimulus])] { get }
  var stimuli: [Stimulus] { get }
  func admits(_ stimulus: Stimulus, in state: State) -> Bool
  /// One step; with what it violates, if anything.
  func step(_ state: State, _ stimulus: Stimulus) -> (next: State, violation: Violation?)
  /// Whether the gate is open in a state: a model that never opens it proves nothing.
  func isOpen(_ state: State) -> Bool
}

/// Breadth-first search of a model to closure, or to the first violation: its trace is a shortest.
///
/// States are told apart by a 64-bit SipHash with a key of this process: two of n states share one
/// with a probability below n² / 2⁶⁵, which is 3 in a million for 10⁷ states.
struct Exploration<Model: ExploredModel> {
  let model: Model
  private(set) var states = 0
  private(set) var openStates = 0
  private(set) var transitions = 0
  private(set) var depth = 0
  /// The limit was reached before closure.
  private(set) var isCutShort = false
  private var seen = FingerprintSet()
  private var parents: [UInt32] = []
  private var causes: [UInt16] = []

  struct Finding {
    var violation: Model.Violation
    /// From power-up on.
    var trace: [Model.Stimulus]
    /// How many of its steps led to the root, before the search began.
    var rootSteps: Int
  }

  init(_ model: Model) { self.model = model }

  /// - Parameter limit: states at the most.
  /// - Returns: the first violation, or nil when the model is closed, or cut short.
  mutating func run(limit: Int = .max) -> Finding? {
    var level: [(id: UInt32, state: Model.State)] = []
    for (index, root) in model.roots.enumerated() where add(root.state) {
      level.append((note(parent: .max, cause: UInt16(index)), root.state))
      if model.isOpen(root.state) { openStates += 1 }
    }
    while !level.isEmpty {
      var next: [(id: UInt32, state: Model.State)] = []
      for (id, state) in level {
        for (index, stimulus) in model.stimuli.enumerated() where model.admits(stimulus, in: state)
        {
          transitions += 1
          let (reached, violation) = model.step(state, stimulus)
          if let violation {
            let (path, rootSteps) = trace(to: id)
            return Finding(
              violation: violation, trace: path + [stimulus], rootSteps: rootSteps)
          }
          guard add(reached) else { continue }
          if model.isOpen(reached) { openStates += 1 }
          next.append((note(parent: id, cause: UInt16(index)), reached))
        }
        if states >= limit {
          isCutShort = true
          return nil
        }
      }
      if !next.isEmpty { depth += 1 }
      level = next
    }
    return nil
  }

  private mutating func add(_ state: Model.State) -> Bool {
    var hasher = Hasher()
    hasher.combine(state)
    return seen.insert(UInt64(bitPattern: Int64(hasher.finalize())))
  }

  private mutating func note(parent: UInt32, cause: UInt16) -> UInt32 {
    parents.append(parent)
    causes.append(cause)
    states += 1
    return UInt32(states - 1)
  }

  private func trace(to id: UInt32) -> (path: [Model.Stimulus], rootSteps: Int) {
    var words: [Model.Stimulus] = []
    var at = id
    while parents[Int(at)] != .max {
      words.append(model.stimuli[Int(causes[Int(at)])])
      at = parents[Int(at)]
    }
    let root = model.roots[Int(causes[Int(at)])].path
    return (root + words.reversed(), root.count)
  }
}

/// A set of 64-bit fingerprints: open addressing, never above two thirds full.
struct FingerprintSet {
  private var slots = [UInt64](repeating: 0, count: 1 << 16)
  private(set) var count = 0

  /// Whether the fingerprint is new.
  mutating func insert(_ fingerprint: UInt64) -> Bool {
    if count * 3 > slots.count * 2 { grow() }
    // Zero marks an empty slot.
    return place(fingerprint == 0 ? 1 : fingerprint)
  }

  private mutating func place(_ fingerprint: UInt64) -> Bool {
    let mask = slots.count - 1
    var at = Int(truncatingIfNeeded: fingerprint) & mask
    while slots[at] != 0 {
      if slots[at] == fingerprint { return false }
      at = (at + 1) & mask
    }
    slots[at] = fingerprint
    count += 1
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    count = 0
    for fingerprint in old where fingerprint != 0 { _ = place(fingerprint) }
  }
}
