import BenchWorld
import Testing

@Suite struct Speed {
  /// A figure for the log, never a verdict: machines differ and are shared.
  @Test func costOfAFrameIsReportedAgainstTheDirectFormula() {
    var p = WorldParameters()
    p.start.rollErrorDeg = 3
    p.start.axialErrorMM = 0.5
    let world = BenchWorld(p, seed: 1)
    let buffer = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    let clock = ContinuousClock()
    var fast = Duration.seconds(1)
    for _ in 0..<5 {
      let spent = clock.measure {
        for _ in 0..<1000 {
          world.advance(to: world.now + 1e-3)
          world.synthesize(into: buffer, sampleRateHz: sampleRate, delayNS: 0, gainDB: 0)
        }
      }
      fast = min(fast, spent / 1000)
    }
    var checksum = 0.0
    let direct =
      clock.measure {
        for k in 0..<5 {
          checksum += directRayleigh(x: 0, y: 0, z: 4 + Double(k), soundSpeedMMPerS: 1.57e6)[200]
        }
      } / 5
    print("speed: frame \(fast), direct Double sum without noise \(direct), ratio \(direct / fast)")
    #expect(buffer.contains { $0 > 1000 } && checksum.isFinite)
  }
}
