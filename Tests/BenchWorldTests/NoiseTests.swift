import BenchWorld
import Foundation
import Testing

@Suite struct Noise {
  private func mutedWorld(snrDB: Double, seed: UInt64) -> BenchWorld {
    var p = stillParameters()
    p.snrDB = snrDB
    let world = BenchWorld(p, seed: seed)
    world.disturbance.muted = true
    return world
  }

  @Test func noiseIsWhiteAndGaussianOutToItsTails() {
    let seed: UInt64 = 11
    let world = mutedWorld(snrDB: 12, seed: seed)
    let sigma = 2000 * pow(10, -12 / 20.0)
    var n = 0.0
    var sums = (0.0, 0.0, 0.0)
    var lags = [Double](repeating: 0, count: 5)
    var beyond = [Int](repeating: 0, count: 3)
    for _ in 0..<2000 {
      let x = world.frame().map { Double($0) / sigma }
      for v in x {
        sums.0 += v
        sums.1 += v * v
        sums.2 += v * v * v * v
        if abs(v) > 3 { beyond[0] += 1 }
        if abs(v) > 4 { beyond[1] += 1 }
        if abs(v) > 4.5 { beyond[2] += 1 }
      }
      for lag in 1...4 { for i in lag..<x.count { lags[lag] += x[i] * x[i - lag] } }
      n += Double(x.count)
    }
    let variance = sums.1 / n
    print(
      "noise: sigma \(variance.squareRoot()), kurtosis \(sums.2 / n / variance / variance)",
      "beyond 3, 4, 4.5 sigma \(beyond.map { Double($0) / n })")
    #expect(abs(sums.0 / n) < 0.003, "seed \(seed)")
    #expect(abs(variance.squareRoot() - 1) < 0.003, "seed \(seed)")
    #expect(abs(sums.2 / n / variance / variance - 3) < 0.04, "seed \(seed)")
    #expect(abs(Double(beyond[0]) / n / 0.0026998 - 1) < 0.05, "seed \(seed)")
    #expect(abs(Double(beyond[1]) / n / 6.3342e-5 - 1) < 0.35, "seed \(seed)")
    #expect(beyond[2] >= 4 && beyond[2] <= 35, "14 expected, seed \(seed)")
    for lag in 1...4 { #expect(abs(lags[lag] / n) < 0.003, "lag \(lag), seed \(seed)") }
  }

  @Test func noiseStandsAsFarBelowTheSignalInEveryMedium() {
    for medium in Medium.allCases {
      var p = stillParameters(medium: medium)
      p.snrDB = 20
      let world = BenchWorld(p, seed: 4)
      world.disturbance.muted = true
      var power = 0.0
      for _ in 0..<50 { for v in world.frame() { power += Double(v) * Double(v) } }
      let sigma = (power / 51200).squareRoot()
      // The amplitude on axis at 5 mm, out of the truth's own distance.
      let offset = world.bestReach.distanceMM - 5
      let top = BenchWorld(
        stillParameters(separation: 5 - offset, medium: medium), seed: 4
      ).pulse().amplitude
      #expect(abs(decibels(top / sigma) - 20) < 0.2, "\(medium)")
    }
  }

  @Test func gainLiftsSignalAndNoiseAlikeAndClipsAtFourteenBits() {
    let quiet = mutedWorld(snrDB: 30, seed: 1)
    func sigma(_ frame: [Int16]) -> Double {
      (frame.reduce(0) { $0 + Double($1) * Double($1) } / Double(frame.count)).squareRoot()
    }
    #expect(abs(decibels(sigma(quiet.frame(gainDB: 12)) / sigma(quiet.frame())) - 12) < 0.5)
    let world = BenchWorld(stillParameters(), seed: 1)
    let buffer = UnsafeMutableBufferPointer<Int16>.allocate(capacity: 1003)
    defer { buffer.deallocate() }
    func clips(_ gain: Double) -> Bool {
      world.synthesize(into: buffer, sampleRateHz: sampleRate, delayNS: 900, gainDB: gain)
    }
    #expect(!clips(0))
    #expect(clips(30))
    #expect(buffer.max() == 8191 && buffer.min() == -8192)
    world.disturbance.saturationGainDB = 40
    #expect(clips(0))
  }

  @Test func sameSeedGivesSameBytesAndAnotherSeedOthers() {
    func bytes(_ seed: UInt64) -> [Int16] {
      var p = WorldParameters()
      p.calcium = [.init(bearingDeg: (0, 30), axialMM: (-3, 3), lossDB: 6)]
      let world = BenchWorld(p, seed: seed)
      world.turnHandle(toDeg: -140, speedDegPerS: 60)
      world.moveHandle(toMM: -8, speedMMPerS: 4)
      world.disturbance.electrosurgery = true
      return (1...200).flatMap { k -> [Int16] in
        world.advance(to: Double(k) * 0.01)
        return world.frame(count: 512)
      }
    }
    let first = bytes(77)
    #expect(first == bytes(77))
    #expect(first != bytes(78))
  }

  @Test func noTwoFramesAreEqual() {
    let world = BenchWorld(WorldParameters(), seed: 2)
    var seen = Set<[Int16]>()
    for _ in 0..<500 { seen.insert(world.frame(count: 256)) }
    #expect(seen.count == 500)
  }

  @Test func electrosurgeryHasItsEnergyBelowFiveMegahertz() {
    let world = mutedWorld(snrDB: 150, seed: 6)
    world.disturbance.electrosurgery = true
    var low = 0.0
    var total = 0.0
    var quiet = 0
    for k in 0..<60 {
      world.advance(to: Double(k) * 0.00137)
      let x = world.frame(count: 512).map(Double.init)
      if x.allSatisfy({ $0 == 0 }) { quiet += 1 }
      for bin in 0..<256 {
        var re = 0.0
        var im = 0.0
        for i in 0..<512 {
          let a = 2 * .pi * Double(bin * i % 512) / 512
          re += x[i] * cos(a)
          im += x[i] * sin(a)
        }
        total += re * re + im * im
        if Double(bin) / 512 * 64 < 5.6 { low += re * re + im * im }
      }
    }
    #expect(total > 0)
    #expect(low / total > 0.9 && low / total < 0.99999)
    #expect(quiet > 5 && quiet < 50, "it comes in bursts")
  }
}
