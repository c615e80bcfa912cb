import Foundation
import PeakTracking
import TestSupport
import Testing

@Suite struct ElementaryMathTests {
  @Test func logarithmAgreesWithTheCLibraryOverItsWholeRange() {
    var random = SplitMix64(seed: 1)
    var values = [
      1, 0.5, 2, 1.414_213_562_373_095, 0.707_106_781_186_548, .leastNonzeroMagnitude,
      .leastNormalMagnitude, .greatestFiniteMagnitude, 1.nextUp, 1.nextDown,
    ]
    for _ in 0..<100_000 {
      values.append(Double(bitPattern: random.next() & 0x7FEF_FFFF_FFFF_FFFF))
      values.append(random.uniform() * 4)
    }
    for x in values where x > 0 {
      let expected = log(x)
      let error = abs(ElementaryMath.log(x) - expected)
      #expect(error <= 4e-16 * max(1, abs(expected)), "x = \(x), seed 1")
    }
  }

  @Test func logarithmOfWhatHasNoneIsNotANumber() {
    #expect(ElementaryMath.log(0) == -.infinity)
    #expect(ElementaryMath.log(-0.0) == -.infinity)
    #expect(ElementaryMath.log(.infinity) == .infinity)
    #expect(ElementaryMath.log(-1).isNaN)
    #expect(ElementaryMath.log(-.infinity).isNaN)
    #expect(ElementaryMath.log(.nan).isNaN)
    #expect(ElementaryMath.log(.signalingNaN).isNaN)
  }

  @Test func exponentialAgreesWithTheCLibrary() {
    var random = SplitMix64(seed: 2)
    for _ in 0..<100_000 {
      let x = (random.uniform() - 0.5) * 1400
      #expect(abs(ElementaryMath.exp(x) / exp(x) - 1) < 1e-15, "x = \(x), seed 2")
    }
    #expect(ElementaryMath.exp(0) == 1)
    #expect(ElementaryMath.exp(-.infinity) == 0)
    #expect(ElementaryMath.exp(.infinity) == .infinity)
    #expect(ElementaryMath.exp(1e300) == .infinity)
    #expect(ElementaryMath.exp(.nan).isNaN)
  }

  @Test func cosineAndSineAgreeWithTheCLibraryInEveryQuadrant() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<100_000 {
      let turns = (random.uniform() - 0.5) * 8
      let (c, s) = ElementaryMath.cosineAndSine(turns: turns)
      // The reference loses digits when it reduces 2π·turns; 4 turns cost it 2e-15.
      #expect(abs(c - cos(2 * .pi * turns)) < 5e-15, "turns \(turns), seed 3")
      #expect(abs(s - sin(2 * .pi * turns)) < 5e-15, "turns \(turns), seed 3")
    }
    #expect(ElementaryMath.cosineAndSine(turns: 0.25) == (0, 1))
    #expect(ElementaryMath.cosineAndSine(turns: -1_000_000.5).cosine == -1)
  }

  @Test func anglesAreThoseOfTheirPoints() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<20_000 {
      let (x, y) = (random.gaussian(), random.gaussian())
      let turns = ElementaryMath.turns(y: y, x: x)
      #expect(abs(turns - atan2(y, x) / (2 * .pi)) < 1e-15, "\(x), \(y), seed 4")
    }
    #expect(ElementaryMath.turns(y: 0, x: 0) == 0)
    #expect(ElementaryMath.turns(y: 0, x: 1) == 0)
    #expect(ElementaryMath.turns(y: 1, x: 0) == 0.25)
    #expect(ElementaryMath.turns(y: -1, x: 0) == -0.25)
    #expect(ElementaryMath.turns(y: 0, x: -1) == 0.5)
    #expect(abs(ElementaryMath.turns(y: 1e-300, x: 1e300)) < 1e-300)
    #expect(ElementaryMath.turns(y: .nan, x: 1).isNaN || ElementaryMath.turns(y: .nan, x: 1) == 0)
  }

  @Test func decibelsAreThoseOfPower() {
    #expect(abs(ElementaryMath.decibels(power: 100) - 20) < 1e-13)
    #expect(abs(ElementaryMath.power(decibels: -30) - 1e-3) < 1e-17)
  }
}
