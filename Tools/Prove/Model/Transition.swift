import HardwareSpecs
import Quantities
import SafetyInterlock

/// One step of the real interlock, with all that an invariant may be about.
struct Transition {
  var before: InterlockState
  var stimulus: Stimulus
  var inputs: InterlockInputs
  var decision: InterlockDecision
  /// The interlock after the step, in its own time: nothing is translated yet.
  var after: Interlock
  var witness: Witness
  /// What came of asking for the permit twice.
  var permits: [PermitShown?]

  struct PermitShown: Equatable {
    var decision: UInt64
    var frameSequence: UInt32
    var expires: DeviceInstant
  }

  var stateAfter: InterlockStateMachine.State { after.machine.state }
  var isEnabledAfter: Bool { after.machine.isEnabled }
  var isArmedAfter: Bool { after.machine.isArmed }
  var isFaultedAfter: Bool { if case .faulted = stateAfter { true } else { false } }

  var armedSinceAfter: HostInstant? {
    switch stateAfter {
    case .armed(let since), .enabled(let since): since
    case .faulted, .locked: nil
    }
  }

  /// Edges that were not down in the step before, by the witness of the step before.
  var freshEdges: OperatorEdges { stimulus.edges.subtracting(before.witness.held) }
}

extension InterlockState {
  /// Whether a stimulus makes sense here: clocks jump only when they agreed, time passes only for
  /// what is under way.
  func admits(_ stimulus: Stimulus) -> Bool {
    let clocks = memory.clocks
    if stimulus.frame == .jumped || stimulus.frame == .heldUp {
      let readings = [clocks.device, clocks.newestDevice, clocks.leastLate, clocks.leastLateBefore]
      // A first frame has nothing to be compared with; and while clocks settle, a jump is borne.
      guard clocks.device != nil else { return false }
      if stimulus.frame == .jumped {
        guard clocks.settlingSince == nil, !stimulus.edges.contains(.acknowledge) else {
          return false
        }
      }
      for case .some(let reading) in readings {
        guard reading.device == ModelTime.device(at: reading.host) else { return false }
      }
    }
    if stimulus.host == .suspended {
      guard let boot = clocks.boot,
        boot.boot.nanoseconds == boot.host.nanoseconds + ModelTime.bootLead
      else { return false }
    }
    switch stimulus.passing {
    case .none: return true
    case .dwellNearEnd: return memory.dwell.frames > 0 && memory.dwell.frames < 38
    case .armingNearEnd: return isArmed
    case .integrityWindow: return memory.integrity.previous != nil
    case .settling: return clocks.settlingSince != nil
    case .lateWindow: return clocks.leastLate != nil
    case .clockWindow: return clocks.device != nil
    }
  }

  /// Takes what is young to the edge of its limit.
  private mutating func pass(_ passing: Stimulus.Passing) {
    switch passing {
    case .none: break
    case .dwellNearEnd:
      memory.dwell.frames = 38
      memory.dwell.since = ModelTime.ago(.milliseconds(480))
      // A dwell begins after the clocks began to settle, and lasts longer.
      memory.clocks.settlingSince = memory.clocks.settlingSince.map { _ in
        ModelTime.ago(Limits.clockSettle)
      }
      if witness.goodFrames > 0 {
        witness.goodFrames = max(38, witness.goodFrames)
        witness.goodAge = max(480, witness.goodAge)
      }
    case .armingNearEnd:
      let near = ModelTime.ago(Nanoseconds(Limits.armingExpires.count - 20_000_000))
      if case .armed = machine { machine = .armed(since: near) }
      if case .enabled = machine { machine = .enabled(armedSince: near) }
    case .integrityWindow:
      memory.integrity.previous =
        ModelTime.origin.nanoseconds - UInt64(Limits.integrityWindow.count) - 1
    case .settling: memory.clocks.settlingSince = ModelTime.ago(Limits.clockSettle)
    case .lateWindow: memory.clocks.leastSince = ModelTime.ago(Limits.clockLateWindow)
    case .clockWindow:
      guard var device = memory.clocks.device else { break }
      let lead = device.device - DeviceInstant(nanoseconds: device.host.nanoseconds)
      device.host = ModelTime.ago(Limits.clockWindow)
      device.device = DeviceInstant(nanoseconds: device.host.nanoseconds) + lead
      memory.clocks.device = device
    }
  }

  /// One step of the real interlock from this state.
  ///
  /// - Parameters:
  ///   - defect: what is made wrong about the interlock; nil for the real one.
  ///   - keepsDwell: whether dwells are counted frame by frame.
  func step(
    _ stimulus: Stimulus, defect: Defect?, keepsDwell: Bool
  ) -> (transition: Transition, next: InterlockState) {
    var before = self
    before.pass(stimulus.passing)
    let inputs = stimulus.inputs(in: before)
    var witness = before.witness
    witness.see(stimulus, in: before)

    var interlock = before.interlock
    var given = inputs
    defect?.spoil(&interlock, &given, stimulus)
    var decision = interlock.step(given)
    defect?.spoil(after: &interlock, &decision, before: before, inputs: inputs)
    var permits: [Transition.PermitShown?] = []
    var asked = interlock
    permits.append(asked.showPermit())
    if defect == .permitTwice { asked = interlock }
    permits.append(asked.showPermit())

    let transition = Transition(
      before: before, stimulus: stimulus, inputs: inputs, decision: decision, after: interlock,
      witness: witness, permits: permits)
    witness.hear(before: before, after: interlock.machine.state)
    let next = Canonical.form(
      of: interlock, witness: witness, passed: ModelTime.length(stimulus.period),
      deviceJump: stimulus.frame == .jumped ? ModelTime.jump : .zero,
      bootJump: stimulus.host == .suspended ? ModelTime.jump : .zero, keepsDwell: keepsDwell)
    return (transition, next)
  }
}

extension Interlock {
  mutating func showPermit() -> Transition.PermitShown? {
    let permit = takePermit()
    switch consume permit {
    case .some(let permit):
      return Transition.PermitShown(
        decision: permit.decision, frameSequence: permit.frameSequence, expires: permit.expires)
    case .none: return nil
    }
  }
}
