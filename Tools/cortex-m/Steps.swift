import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

// The interlock's steps on a Cortex-M4: the board's clock ticks are read before and after many
// steps of one kind, and the startup code turns them into instructions.

@_silgen_name("board_ticks") func boardTicks() -> UInt32
@_silgen_name("board_report") func boardReport(_ kind: Int32, _ steps: UInt32, _ ticks: UInt32)

/// Steps from `start` with good inputs that `spoil` has changed; only the step itself is timed.
@inline(never)
func measure(
  _ kind: Int32, _ start: Bench, _ edges: OperatorEdges, _ spoil: (inout InterlockInputs) -> Void
) {
  var total: UInt32 = 0
  let steps: UInt32 = 200
  var bench = start
  for _ in 0..<steps {
    bench.now += 10_000_000
    bench.device += 10_000_000
    bench.boot += 10_000_000
    bench.sequence &+= 1
    bench.isDriveOn = bench.isEnabled
    var inputs = bench.goodInputs
    inputs.edges = edges
    inputs.acknowledged = .powerUp
    spoil(&inputs)
    let before = boardTicks()
    _ = bench.interlock.step(inputs)
    total &+= boardTicks() &- before
  }
  boardReport(kind, steps, total)
}

@_cdecl("measure_all")
public func measureAll() {
  let enabled = Bench.enabled()
  boardReport(-1, enabled.isEnabled ? 1 : 0, 0)
  measure(0, enabled, []) { _ in }
  measure(1, Bench.searched(), []) { _ in }
  var searching = Bench.locked()
  searching.step(.beginSearch)
  measure(2, searching, []) { _ in }
  var faulted = enabled
  faulted.step { $0.isConnected = false }
  measure(3, faulted, []) { _ in }
  measure(4, faulted, .acknowledge) { $0.acknowledged = .powerUp }
  measure(5, enabled, []) { $0 = InterlockInputs(now: $0.now) }
}
