import HardwareSpecs
import Quantities

/// The outcome of one step: the state, every check's result, and whether a permit may be taken.
public struct InterlockDecision: Sendable {
  public var id: UInt64
  public var state: InterlockStateMachine.State
  public var action: InterlockStateMachine.Action
  public var report: CheckReport
  /// Something was asked for (arm, acknowledge) and refused for the reasons in the report.
  public var isRefused: Bool { action == .refuse }
  public var isEnabled: Bool { if case .enabled = state { true } else { false } }
}

/// The safety interlock: keeps the needle locked until alignment is proved, and on every step anew.
///
/// Integers only, no allocation, no clock of its own: `now` comes in with the inputs. Starts
/// faulted (R01). Not thread-safe: one owner steps it on every frame and at least every 5 ms.
public struct Interlock: Sendable {
  public private(set) var machine: InterlockStateMachine
  public private(set) var memory = InterlockMemory()
  public let setup: InterlockSetup
  package private(set) var decisions: UInt64 = 0
  package private(set) var heldEdges: OperatorEdges = []
  private var permitAvailable: (id: UInt64, frame: FrameObservation, evidence: DeviceInstant)?

  public init(_ setup: InterlockSetup, start: HostInstant) {
    self.setup = setup
    machine = InterlockStateMachine(start: start)
  }

  /// An interlock in the middle of its life, for proofs that explore every state: no product code
  /// calls it, and what it is given is judged anew by the next step.
  package init(
    _ setup: InterlockSetup, machine: InterlockStateMachine, memory: InterlockMemory,
    heldEdges: OperatorEdges, decisions: UInt64
  ) {
    self.setup = setup
    self.machine = machine
    self.memory = memory
    self.heldEdges = heldEdges
    self.decisions = decisions
  }

  /// Decides on everything that is known now. Permit and output are decided in this one step (R22).
  public mutating func step(_ inputs: InterlockInputs) -> InterlockDecision {
    decisions += 1
    var inputs = inputs
    let pressed = inputs.edges
    // A button that is held is pressed once; disarm alone also works as a level (R19, R20).
    inputs.edges.subtract(heldEdges)
    heldEdges = pressed.subtracting(.disarm)

    let unforgiven = memory
    let isAcknowledging = isFaulted && inputs.edges.contains(.acknowledge)
    // An acknowledge is judged by what is left, or new, once the old latches are cleared.
    if isAcknowledging { memory.clearLatches() }
    memory.absorb(inputs, isArmed: machine.isArmed, isEnabled: machine.isEnabled)
    let report = evaluate(inputs)
    let decided = machine.step(
      report, edges: inputs.edges, acknowledged: inputs.acknowledged, now: inputs.now)
    let action = machine.assure(
      decided, report, hasFrame: memory.frame != nil, edges: inputs.edges, now: inputs.now)
    if isAcknowledging, action != .clearLatches {
      memory = unforgiven
      memory.absorb(inputs, isArmed: false, isEnabled: false)
      memory.dwell.reset()
    }
    switch action {
    case .demandRelease, .withdraw:
      memory.enableSwitch.demandRelease()
      memory.dwell.reset()
    case .none, .refuse, .clearLatches: break
    }
    memory.previousStep = inputs.now
    permitAvailable = nil
    if machine.isEnabled, let frame = memory.frame, let status = inputs.status {
      // Nothing younger than either stands behind it (R16).
      permitAvailable = (decisions, frame, min(frame.deviceTime, status.value.deviceTime))
    }
    return InterlockDecision(id: decisions, state: machine.state, action: action, report: report)
  }

  /// The permit of the newest step, once: nil when the step gave none or it was taken already.
  public mutating func takePermit() -> AdvancePermit? {
    guard let (id, frame, evidence) = permitAvailable else { return nil }
    permitAvailable = nil
    // A device clock at its very end gets no permit instead of a trap (R27).
    guard evidence.nanoseconds <= .max - UInt64(Limits.permitExpires.count) else { return nil }
    return AdvancePermit(
      decision: id, frameSequence: frame.sequence, frameTime: frame.deviceTime,
      expires: evidence + Limits.permitExpires)
  }

  /// The number of the newest decision, for a disarm that voids it and all before (R22).
  public var newestDecision: UInt64 { decisions }

  private var isFaulted: Bool { if case .faulted = machine.state { true } else { false } }

  private mutating func evaluate(_ inputs: InterlockInputs) -> CheckReport {
    let isArmed: Bool
    switch machine.state {
    case .armed(let since), .enabled(let since):
      isArmed = InterlockStateMachine.armingIsFresh(since, at: inputs.now)
    case .faulted, .locked: isArmed = false
    }
    var context = CheckContext(inputs: inputs, memory: memory, setup: setup, isArmed: isArmed)
    var report = Checks.evaluateAllButDwell(context)
    noteDwell(report, inputs)
    context.memory.dwell = memory.dwell
    report.note(AlignmentDwellCheck.self, context)
    return report
  }

  /// A frame is good when every standing and alignment check permits (R07).
  private mutating func noteDwell(_ report: CheckReport, _ inputs: InterlockInputs) {
    guard report.permits(where: { $0.kind != .gate }) else { return memory.dwell.reset() }
    guard let frame = inputs.frame, let signal = frame.signal else { return }
    memory.dwell.noteGood(flight: signal.timeOfFlight, at: frame.received)
  }
}
