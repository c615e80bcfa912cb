import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// A person who knows the procedure: connect, test, search as guided, arm, hold, advance, let go.
///
/// Before the needle moves, a latched fault is acknowledged and the procedure taken up again, at
/// most five times. After a fault during the advance the needle is pulled back, and that is the end.
struct GuidedOperator: BenchOperator {
  enum Stage: Equatable {
    case connecting
    case testing
    case acknowledging
    case searching
    case finishing
    case arming
    case holding
    case advancing
    case lettingGo
    case recovering
    case retracting
    case done
  }

  /// The console never became fit for a search.
  static let rigNotReady = "rig_not_ready"

  private(set) var stage = Stage.connecting
  private(set) var gaveUp: String?
  private var follower = GuidanceFollower()
  private var since = 0.0
  private var asked = -1.0
  private var attempts = 0
  private var searches = 0
  /// Releasing the switch is seen one step later; a press must come after that.
  private var pressed = false

  var isDone: Bool { stage == .done }

  mutating func act(_ runtime: BenchRuntime, _ hands: any BenchRig, at time: Double) {
    let view = runtime.snapshot
    if case .faulted(let fault)? = view.state, !isBeforeFirstAcknowledge {
      respond(to: fault, hands, time)
    }
    switch stage {
    case .connecting:
      runtime.connect()
      if view.identity != nil, view.frame != nil {
        go(.testing, time)
      } else {
        waitForRig(view, time)
      }
    case .testing:
      ask(time, every: 0.5) { runtime.runSelfTest() }
      if view.selfTest?.value.passed == .all { go(.acknowledging, time) }
    case .acknowledging: acknowledge(runtime, view, time)
    case .searching: search(runtime, hands, time)
    case .finishing:
      runtime.finishSearch()
      go(.arming, time)
    case .arming: arm(runtime, view, time)
    case .holding: hold(runtime, hands, view, time)
    case .advancing: advance(hands, view, time)
    case .lettingGo:
      hands.set(.released)
      ask(time, every: 1) { runtime.disarm() }
      if time - since > 0.3 { go(.done, time) }
    case .recovering:
      ask(time, every: 1) { runtime.acknowledge() }
      if case .locked? = view.state { go(.retracting, time) }
      if time - since > 4 { go(.done, time) }
    case .retracting: retract(runtime, hands, view, time)
    case .done: break
    }
  }

  private var isBeforeFirstAcknowledge: Bool {
    switch stage {
    case .connecting, .testing, .acknowledging, .recovering, .retracting, .done: true
    default: false
    }
  }

  private mutating func respond(to fault: FaultRecord, _ hands: any BenchRig, _ time: Double) {
    hands.set(.released)
    hands.stopHandle()
    pressed = false
    attempts += 1
    if stage == .advancing || stage == .lettingGo {
      give(up: "fault.\(fault.cause.name)")
      go(.recovering, time)
    } else if attempts > 5 {
      give(up: "fault.\(fault.cause.name)")
      go(.lettingGo, time)
    } else {
      go(.connecting, time)
    }
  }

  private mutating func acknowledge(
    _ runtime: BenchRuntime, _ view: BenchSnapshot, _ time: Double
  ) {
    if case .locked? = view.state {
      runtime.beginSearch()
      follower.begin(at: time)
      return go(.searching, time)
    }
    ask(time, every: 0.5) { runtime.acknowledge() }
    // A console that came back after a loss has to be tested again.
    if view.selfTest == nil { go(.connecting, time, keepsClock: true) }
    waitForRig(view, time)
  }

  /// Most of what is not ready may become so yet; a console of another kind does not.
  private mutating func waitForRig(_ view: BenchSnapshot, _ time: Double) {
    let isOther = view.identity != nil && view.decision?.report[.linkIdentity].permits == false
    guard time - since > (isOther ? 5 : 20) else { return }
    give(up: Self.rigNotReady)
    go(.lettingGo, time)
  }

  private mutating func search(_ runtime: BenchRuntime, _ hands: any BenchRig, _ time: Double) {
    switch follower.follow(runtime, hands, at: time) {
    case .underWay: break
    case .aligned: go(.finishing, time)
    case .exhausted:
      give(up: "search_exhausted")
      go(.lettingGo, time)
    }
  }

  /// Arms once the checks that arming needs have passed; if they do not, searches again.
  private mutating func arm(_ runtime: BenchRuntime, _ view: BenchSnapshot, _ time: Double) {
    if case .armed? = view.state { return go(.holding, time) }
    if time - since > 0.3 { ask(time, every: 1) { runtime.arm() } }
    if time - since > 3.5 { searchAgain(runtime, view, time, because: "arm_refused") }
  }

  private mutating func hold(
    _ runtime: BenchRuntime, _ hands: any BenchRig, _ view: BenchSnapshot, _ time: Double
  ) {
    if !pressed {
      hands.set(.released)
      if time - since > 0.3 {
        hands.set(.held)
        pressed = true
      }
      return
    }
    if case .enabled? = view.state {
      guard let flight = view.frame?.track.integers()?.timeOfFlight else { return }
      let distance = Double(flight.count) * runtime.setup.beam.soundSpeedMPerS * 1e-6
      runtime.advance(to: Micrometres(Int32((distance * 1_000).rounded())))
      return go(.advancing, time)
    }
    if time - since > 5 {
      hands.set(.released)
      pressed = false
      runtime.disarm()
      searchAgain(runtime, view, time, because: "gate_not_opened")
    }
  }

  private mutating func advance(_ hands: any BenchRig, _ view: BenchSnapshot, _ time: Double) {
    if view.advance == .reached { return go(.lettingGo, time) }
    if time - since > 15 {
      give(up: "advance_not_finished")
      go(.lettingGo, time)
    }
  }

  private mutating func retract(
    _ runtime: BenchRuntime, _ hands: any BenchRig, _ view: BenchSnapshot, _ time: Double
  ) {
    let elapsed = time - since
    hands.set(elapsed < 0.3 ? .released : .held)
    if elapsed > 0.5 { ask(time, every: 0.5) { runtime.retract() } }
    let depth = view.status?.value.needleDepth.count ?? .max
    if (elapsed > 0.6 && depth < 50) || elapsed > 10 {
      hands.set(.released)
      go(.done, time)
    }
  }

  private mutating func searchAgain(
    _ runtime: BenchRuntime, _ view: BenchSnapshot, _ time: Double, because reason: String
  ) {
    searches += 1
    guard searches < 3 else {
      let check = view.decision?.report.firstDenial { $0.kind != .gate }
      give(up: check.map { "\(reason).\($0.name)" } ?? reason)
      return go(.lettingGo, time)
    }
    runtime.beginSearch()
    follower.begin(at: time)
    go(.searching, time)
  }

  private mutating func give(up reason: String) { if gaveUp == nil { gaveUp = reason } }

  private mutating func go(_ next: Stage, _ time: Double, keepsClock: Bool = false) {
    stage = next
    if !keepsClock { since = time }
    asked = -1
  }

  /// Does something now, and again every so often until the stage is left.
  private mutating func ask(_ time: Double, every interval: Double, _ body: () -> Void) {
    guard asked < 0 || time - asked >= interval else { return }
    asked = time
    body()
  }
}
