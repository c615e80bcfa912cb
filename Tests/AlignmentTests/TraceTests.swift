import Alignment
import Foundation
import Testing

@Test(.enabled(if: ProcessInfo.processInfo.environment["ALIGN_TRACE"] != nil))
func traceOfSeeds() {
  for seed in ProcessInfo.processInfo.environment["ALIGN_TRACE"]!.split(separator: ",") {
    let (o, loop) = ClosedLoopTests.outcome(seed: UInt64(seed)!, rate: 200)
    let b = loop.bench
    print(
      "== \(seed) \(o.words) d=\(b.faceDistance) bearing=\(b.bearing) z=\(b.receiverLevel) twist=\(b.twist) snr=\(b.snrPerSampleDB) b=\(b.backlash) lag=\(b.lag) ca=\(b.calcium) refusals=\(loop.search.refusals)"
    )
    for line in loop.trace.prefix(45) { print(line) }
    for s in loop.search.rollSweeps {
      print(
        "roll", s.position, s.otherPosition, s.speed, s.amplitudeDB, s.deficitDB(loop.search.beam),
        s.rangeMM, s.widthRatio, s.outlierShare)
    }
    for s in loop.search.levelSweeps {
      print(
        "level", s.position, s.otherPosition, s.speed, s.amplitudeDB, s.deficitDB(loop.search.beam),
        s.rangeMM, s.widthRatio, s.dropLowDB, s.dropHighDB)
    }
    print(loop.search.estimate as Any)
  }
}
