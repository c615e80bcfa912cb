public import SafetyInterlock

/// What the steps of a differential run came to.
public struct DifferentialTally: Sendable {
  public var steps = 0
  public var enabled = 0
  public var faults = 0
  /// By raw value of `CheckID`: steps in which the check alone did not permit.
  public var alone = [Int](repeating: 0, count: CheckID.count)

  public init() {}

  public mutating func add(_ other: Self) {
    steps += other.steps
    enabled += other.enabled
    faults += other.faults
    for index in alone.indices { alone[index] += other.alone[index] }
  }

  public var enabledShare: Double { steps == 0 ? 0 : Double(enabled) / Double(steps) }
  public var neverAlone: [CheckID] { CheckID.allCases.filter { alone[Int($0.rawValue)] == 0 } }

  mutating func note(_ decision: InterlockDecision) {
    steps += 1
    if decision.isEnabled { enabled += 1 }
    if case .faulted = decision.state, decision.action == .withdraw { faults += 1 }
    var denied: UInt32 = 0
    for id in CheckID.allCases where !decision.report[id].permits { denied |= id.bit }
    guard denied != 0 else { return }
    for id in CheckID.allCases where denied & id.bit != 0 {
      if denied & ~(id.bit | id.alsoDenied) == 0 { alone[Int(id.rawValue)] += 1 }
    }
  }
}

extension CheckID {
  fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }

  /// What cannot permit when this check does not: every bad step ends the dwell, without a status
  /// nothing is known that it would have told, and nobody arms without a search.
  fileprivate var alsoDenied: UInt32 {
    var bits = kind == .gate ? 0 : CheckID.alignmentDwell.bit
    if self == .consoleFresh {
      for id in [
        CheckID.consoleEstop, .switchEnable, .consoleReadback, .consoleTrip, .consoleHealth,
        .drivePosition,
      ] { bits |= id.bit }
    }
    if self == .alignmentBracketed { bits |= CheckID.armingArmed.bit | CheckID.switchEnable.bit }
    return bits
  }
}

/// Core and oracle side by side on the inputs of one guided bench.
public struct DifferentialSession: Sendable {
  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// A step on which the two do not agree.
  public struct Mismatch: Sendable {
    public var step: Int
    public var what: String
  }

  /// Runs closed loop: the bench sees what the core decides.
  public func run(steps: Int, tally: inout DifferentialTally) -> Mismatch? {
    var bench = GuidedBench(seed: seed)
    var pair = DifferentialPair(bench.setup, bench: bench)
    for step in 0..<steps {
      let inputs = bench.next(after: pair.decision)
      let what = pair.step(inputs)
      tally.note(pair.decision!)
      if let what { return Mismatch(step: step, what: what) }
    }
    return nil
  }

  /// The inputs of the first `steps` steps, to be replayed open loop.
  public func record(steps: Int) -> [InterlockInputs] {
    var bench = GuidedBench(seed: seed)
    var pair = DifferentialPair(bench.setup, bench: bench)
    return (0..<steps).map { _ in
      let inputs = bench.next(after: pair.decision)
      _ = pair.step(inputs)
      return inputs
    }
  }

  /// The first disagreement on a list of inputs, whatever made it.
  public func replay(_ inputs: some Sequence<InterlockInputs>) -> Mismatch? {
    let bench = GuidedBench(seed: seed)
    var pair = DifferentialPair(bench.setup, bench: bench)
    for (step, inputs) in inputs.enumerated() {
      if let what = pair.step(inputs) { return Mismatch(step: step, what: what) }
    }
    return nil
  }

  /// The steps that are needed for a disagreement: leaving any one out makes it go away.
  public func shrink(_ mismatch: Mismatch) -> [Int] {
    let inputs = record(steps: mismatch.step + 1)
    var kept = Array(inputs.indices)
    var size = kept.count / 2
    while size > 0 {
      var start = 0
      while start < kept.count {
        var fewer = kept
        fewer.removeSubrange(start..<min(start + size, kept.count))
        if let found = replay(fewer.map { inputs[$0] }) {
          kept = Array(fewer.prefix(found.step + 1))
        } else {
          start += size
        }
      }
      size /= 2
    }
    return kept
  }
}

/// The two implementations, stepped together.
struct DifferentialPair {
  private var core: Interlock
  private var oracle: InterlockOracle
  private(set) var decision: InterlockDecision?

  init(_ setup: InterlockSetup, bench: GuidedBench) {
    core = Interlock(setup, start: bench.start)
    oracle = InterlockOracle(setup: setup)
  }

  /// - Returns: what they disagree on, if they do.
  mutating func step(_ inputs: InterlockInputs) -> String? {
    let ours = core.step(inputs)
    let theirs = oracle.step(inputs)
    decision = ours
    for id in CheckID.allCases where ours.report[id].verdict != theirs[id] {
      return "\(id.name): core \(ours.report[id].verdict), oracle \(theirs[id])"
    }
    guard theirs.state.isSame(as: ours.state) else {
      return "state: core \(ours.state), oracle \(theirs.state)"
    }
    guard theirs.action.isSame(as: ours.action) else {
      return "action: core \(ours.action), oracle \(theirs.action)"
    }
    return permitsDiffer(theirs.permit)
  }

  private mutating func permitsDiffer(_ expected: OraclePermit?) -> String? {
    let taken = core.takePermit()
    var ours: OraclePermit?
    switch consume taken {
    case .some(let permit):
      ours = OraclePermit(
        frameSequence: permit.frameSequence, frameTime: permit.frameTime, expires: permit.expires)
    case .none: ours = nil
    }
    return ours == expected
      ? nil : "permit: core \(ours.map { "\($0)" } ?? "none"), oracle \(expected as Any)"
  }
}

extension OracleState {
  func isSame(as state: InterlockStateMachine.State) -> Bool {
    switch (self, state) {
    case (.faulted(let cause), .faulted(let fault)): cause == fault.cause
    case (.locked, .locked): true
    case (.armed(let a), .armed(let b)): a == b
    case (.enabled(let a), .enabled(let b)): a == b
    default: false
    }
  }
}

extension OracleAction {
  func isSame(as action: InterlockStateMachine.Action) -> Bool {
    switch (self, action) {
    case (.none, .none), (.demandRelease, .demandRelease), (.withdraw, .withdraw),
      (.clearLatches, .clearLatches), (.refuse, .refuse):
      true
    default: false
    }
  }
}
