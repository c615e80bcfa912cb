import BenchWorld
import Testing

@Suite struct SpeedFigures {
  @Test func framesAreSynthesisedManyTimesFasterThanByTheDirectFormula() {
    var parameters = WorldParameters()
    parameters.start.rollErrorDeg = 3
    parameters.start.axialErrorMM = 0.5
    let world = BenchWorld(parameters, seed: 1)
    let clock = ContinuousClock()
    let buffer = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    world.synthesize(into: buffer, sampleRateHz: 64e6, delayNS: 0, gainDB: 0)
    let frames = 20000
    let spent = clock.measure {
      for k in 0..<frames {
        world.advance(to: Double(k) * 1e-3)
        world.synthesize(into: buffer, sampleRateHz: 64e6, delayNS: 0, gainDB: 0)
      }
    }
    print("frame", spent / frames)
    #expect(buffer.contains { $0 > 1000 })
  }
}
