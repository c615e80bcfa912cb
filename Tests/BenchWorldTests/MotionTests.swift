import BenchWorld
import Foundation
import Testing

@Suite struct Motion {
  private func bench(backlash: Double, lag: Double) -> BenchWorld {
    var p = stillParameters()
    p.handle.backlashDeg = backlash
    p.handle.torqueLagS = lag
    p.handle.axialBacklashMM = 0.2
    p.handle.axialLagS = 0
    return BenchWorld(p, seed: 1)
  }

  /// Moves on by steps of `step` until the handle rests and the tip has followed.
  private func settle(_ world: BenchWorld, step: Double = 0.001) {
    var left = 20_000
    while world.isHandleMoving && left > 0 {
      world.advance(to: world.now + step)
      left -= 1
    }
    for _ in 0..<200 { world.advance(to: world.now + 0.02) }
  }

  @Test func startErrorsAreThoseOfTheScenario() {
    for (roll, axial) in [(140.0, 8.0), (-35, -3), (0, 0), (179, 10)] {
      let truth = BenchWorld(stillParameters(roll: roll, axial: axial), seed: 8).truth
      #expect(abs(truth.rollErrorDeg - roll) < 1e-9)
      #expect(abs(truth.axialErrorMM - axial) < 1e-9)
    }
    let world = BenchWorld(stillParameters(roll: 140, axial: 8), seed: 8)
    #expect(world.handleRollDeg == 0 && world.handleLevelMM == 0)
    #expect(world.bestReach.handleRollDeg == -140 && world.bestReach.handleLevelMM == -8)
    world.turnHandle(toDeg: -140, speedDegPerS: 90)
    world.moveHandle(toMM: -8, speedMMPerS: 5)
    settle(world)
    #expect(abs(world.truth.rollErrorDeg) <= 2.0001, "half the backlash is left")
    #expect(abs(world.truth.axialErrorMM) <= 0.1)
  }

  @Test func backlashOpensALoopOfItsOwnWidth() {
    let world = bench(backlash: 4, lag: 0)
    world.turnHandle(toDeg: 30, speedDegPerS: 90)
    settle(world)
    world.turnHandle(toDeg: 10, speedDegPerS: 90)
    settle(world)
    let down = world.truth.rollErrorDeg
    world.turnHandle(toDeg: -10, speedDegPerS: 90)
    settle(world)
    world.turnHandle(toDeg: 10, speedDegPerS: 90)
    settle(world)
    let up = world.truth.rollErrorDeg
    #expect(abs(down - 12) < 1e-6 && abs(up - 8) < 1e-6)
    world.turnHandle(toDeg: 7, speedDegPerS: 90)
    settle(world)
    #expect(abs(world.truth.rollErrorDeg - up) < 1e-6, "inside the dead band the tip rests")
    world.moveHandle(toMM: 5, speedMMPerS: 5)
    settle(world)
    #expect(abs(world.truth.axialErrorMM - 4.9) < 1e-9)
  }

  @Test func tipFollowsWithItsTimeConstant() {
    let world = bench(backlash: 0, lag: 0.15)
    world.turnHandle(toDeg: 90, speedDegPerS: 180)
    while world.isHandleMoving { world.advance(to: world.now + 0.001) }
    #expect(world.handleRollDeg == 90)
    let first = 90 - world.truth.rollErrorDeg
    // A ramp of 180°/s leaves the tip speed · lag behind.
    #expect(abs(first - 180 * 0.15 * (1 - exp(-0.5 / 0.15))) < 0.2)
    world.advance(to: world.now + 0.15)
    #expect(abs((90 - world.truth.rollErrorDeg) / first - exp(-1)) < 0.002)
  }

  @Test func handleSpeedIsBoundedAndStepsOfTimeDoNotMatter() {
    func tip(step: Double) -> (Double, Double) {
      let world = bench(backlash: 4, lag: 0.15)
      world.turnHandle(toDeg: 100, speedDegPerS: 1e6)
      for k in 1...Int((0.3 / step).rounded()) { world.advance(to: Double(k) * step) }
      return (world.handleRollDeg, world.truth.rollErrorDeg)
    }
    let (fine, coarse) = (tip(step: 0.001), tip(step: 0.1))
    #expect(abs(fine.0 - 54) < 1e-6 && abs(coarse.0 - 54) < 1e-6, "180°/s at most")
    #expect(abs(fine.1 - coarse.1) < 0.01)
    let world = bench(backlash: 0, lag: 0)
    world.turnHandle(toDeg: 50, speedDegPerS: 20)
    world.advance(to: 1)
    world.stopHandle()
    world.advance(to: 2)
    #expect(abs(world.handleRollDeg - 20) < 1e-9 && !world.isHandleMoving)
  }

  @Test func tremorAndPulseHaveTheirSize() {
    var p = stillParameters()
    p.tremor.rollDeg = 0.5
    p.anatomy.pulsationMM = 0.2
    let world = BenchWorld(p, seed: 12)
    var square = 0.0
    var distances: [Double] = []
    var crossings = 0
    var last = 0.0
    for k in 0..<20000 {
      world.advance(to: Double(k) * 0.001)
      let truth = world.truthOfMotion
      square += truth.roll * truth.roll
      if last < 0 && truth.roll >= 0 { crossings += 1 }
      last = truth.roll
      distances.append(truth.distance)
    }
    #expect(abs((square / 20000).squareRoot() - 0.5) < 0.1)
    #expect(crossings > 20 * 6 && crossings < 20 * 10, "about 8 Hz")
    let span = distances.max()! - distances.min()!
    #expect(abs(span - 0.4) < 0.05, "twice the amplitude")
  }
}

extension BenchWorld {
  fileprivate var truthOfMotion: (roll: Double, distance: Double) {
    let truth = truth
    return (truth.rollErrorDeg, truth.distanceMM)
  }
}
