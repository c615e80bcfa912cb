import ConsoleEmulator
import ControlRuntime
import Quantities

/// Does what the scenario's list says, when it says so, whatever comes of it.
struct ScriptedOperator: BenchOperator {
  private let steps: [OperatorStep]
  private var next = 0
  private var sweep: GuidanceFollower?
  private(set) var gaveUp: String?

  init(_ steps: [OperatorStep]) { self.steps = steps }

  /// A script ends with the scenario's duration, so that what follows its last step is seen too.
  var isDone: Bool { false }

  mutating func act(_ runtime: BenchRuntime, _ hands: any BenchRig, at time: Double) {
    while next < steps.count, steps[next].at <= time {
      carryOut(steps[next], runtime, hands, time)
      next += 1
    }
    guard var follower = sweep else { return }
    let outcome = follower.follow(runtime, hands, at: time)
    sweep = follower
    switch outcome {
    case .underWay: break
    case .aligned, .exhausted:
      runtime.finishSearch()
      sweep = nil
    }
  }

  private mutating func carryOut(
    _ step: OperatorStep, _ runtime: BenchRuntime, _ hands: any BenchRig, _ time: Double
  ) {
    let argument = step.argument ?? 0
    // Where the file gives no speed, a hand that takes its time.
    switch step.action {
    case .connect: runtime.connect()
    case .selfTest: runtime.runSelfTest()
    case .arm: runtime.arm()
    case .disarm: runtime.disarm()
    case .pressEnable: hands.set(.held)
    case .releaseEnable: hands.set(.released)
    case .squeezeEnable: hands.set(.squeezed)
    case .estop: hands.setEstop(true)
    case .estopRelease: hands.setEstop(false)
    case .acknowledge: runtime.acknowledge()
    case .rotateDegrees: hands.turn(byDeg: argument, speed: step.speed ?? 45)
    case .moveMillimetres: hands.move(byMM: argument, speed: step.speed ?? 2)
    case .sweep:
      runtime.beginSearch()
      var follower = GuidanceFollower()
      follower.begin(at: time)
      sweep = follower
    case .beginSearch: runtime.beginSearch()
    case .finishSearch: runtime.finishSearch()
    case .advanceNeedleMillimetres:
      runtime.advance(to: Micrometres(Int32((argument * 1_000).rounded())))
    case .retractNeedle: runtime.retract()
    }
  }
}
