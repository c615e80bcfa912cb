import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

/// One state of the model: everything that the real interlock remembers, and what a witness saw.
///
/// Always canonical: time is translated so that the newest step was at `ModelTime.origin`.
struct InterlockState: Hashable {
  var machine: InterlockStateMachine.State
  var memory: InterlockMemory
  var heldEdges: OperatorEdges
  var witness = Witness()

  /// After power-up.
  init() {
    let interlock = Interlock(Bench.goodSetup, start: ModelTime.origin)
    machine = interlock.machine.state
    memory = interlock.memory
    heldEdges = []
  }

  /// The number of every decision that led to a state, so that numbers do not tell states apart.
  static let decisions: UInt64 = 100

  var isEnabled: Bool { if case .enabled = machine { true } else { false } }

  var isArmed: Bool {
    switch machine {
    case .armed, .enabled: true
    case .faulted, .locked: false
    }
  }

  var isFaulted: Bool { if case .faulted = machine { true } else { false } }

  var armedSince: HostInstant? {
    switch machine {
    case .armed(let since), .enabled(let since): since
    case .faulted, .locked: nil
    }
  }

  /// The real interlock, in this state.
  var interlock: Interlock {
    var stateMachine = InterlockStateMachine(start: ModelTime.origin)
    stateMachine.state = machine
    return Interlock(
      Bench.goodSetup, machine: stateMachine, memory: memory, heldEdges: heldEdges,
      decisions: Self.decisions)
  }
}
