import ControlRuntime

/// Someone at the bench: acts on the runtime and on the rig, step by step.
protocol BenchOperator {
  /// Whether there is nothing left to do.
  var isDone: Bool { get }
  /// Why a crossing was given up; nil when it was not.
  var gaveUp: String? { get }
  mutating func act(_ runtime: BenchRuntime, _ hands: any BenchRig, at time: Double)
}
