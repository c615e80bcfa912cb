import Alignment
import Foundation
import TestSupport
import Testing

@Suite struct BeamFitTests {
  let beam = BeamModel()

  /// One sweep of roll over a receiver at 5 mm, steps of `step` degrees, white noise.
  func sweep(
    peak: Double, snr: Double, step: Double, seed: UInt64, speed: Double = 60,
    loss: (Double) -> Double = { _ in 0 }
  ) -> [AlignmentSample] {
    var numbers = SeededNumbers(seed: seed)
    let half = beam.halfWidth(.roll, rangeMM: 5)
    let full = pow(10, beam.onAxisAmplitudeDB(rangeMM: 5) / 20)
    let noise = full * pow(10, -snr / 20)
    let start = (peak / step).rounded() * step - 22
    return (0...Int(44 / step)).map { index in
      let roll = start + Double(index) * step + numbers.uniform(-0.2, 0.2) * step
      let u = 0.60335 * Double.pi * (roll - peak) / half
      var clean = abs(u) < 1e-9 ? full : full * abs(sin(u) / u)
      clean *= pow(10, -loss(roll) / 20)
      let amplitude = abs(clean + noise * numbers.normal())
      let output = 20 * log10(max(amplitude, 1e-6) / noise)
      return AlignmentSample(
        time: Double(index) * step / speed, rollDeg: roll, levelMM: 1.5,
        amplitudeDB: 20 * log10(max(amplitude, 1e-6)),
        timeOfFlightNS: beam.timeOfFlightNS(fromRange: 5), snrDB: output, isValid: output > 3)
    }
  }

  @Test(arguments: [20.0, 30, 40]) func errorStaysNearTheBound(snr: Double) throws {
    var squares = 0.0
    var bounds = 0.0
    // The main lobe ends at 1.66 half widths; side lobes are not fitted.
    let half = beam.halfWidth(.roll, rangeMM: 5)
    let runs = 400
    for seed in 1...runs {
      var numbers = SeededNumbers(seed: UInt64(seed) + 7000)
      let peak = numbers.uniform(-200, 200)
      let samples = sweep(peak: peak, snr: snr, step: 1, seed: UInt64(seed))
      let fit = try #require(BeamFit.fit(samples, axis: .roll, beam: beam), "seed \(seed)")
      squares += (fit.position - peak) * (fit.position - peak)
      let bound = BeamFit.bound(
        positions: samples.map(\.rollDeg).filter { abs($0 - peak) < 1.66 * half }, peak: peak,
        halfWidth: half, peakSNRDB: snr)
      bounds += bound * bound
    }
    let ratio = (squares / bounds).squareRoot()
    print(
      "fit: \(snr) dB, error \((squares / Double(runs)).squareRoot())°, over the bound \(ratio)")
    #expect(ratio <= 1.3, "seeds 1...\(runs)")
    #expect(ratio >= 0.85, "an error far under the bound means that the test is wrong")
  }

  @Test(arguments: [20.0, 30, 40]) func theBoundIsReachedAndDeviationsAreAsStated(
    snr: Double
  ) throws {
    let half = beam.halfWidth(.roll, rangeMM: 5)
    let runs = 1_000
    var (squares, bounds, positions, heights) = (0.0, 0.0, 0.0, 0.0)
    for seed in 1...runs {
      // Everything counts, whether it would be heard or not: as the bound has it.
      let samples = sweep(peak: 3, snr: snr, step: 1, seed: UInt64(seed)).map { sample in
        var all = sample
        all.isValid = true
        return all
      }
      let fit = try #require(BeamFit.fit(samples, axis: .roll, beam: beam), "seed \(seed)")
      squares += pow(fit.position - 3, 2)
      positions += pow((fit.position - 3) / fit.sigma, 2)
      heights += pow(
        (fit.amplitudeDB - beam.onAxisAmplitudeDB(rangeMM: 5)) / fit.sigmaAmplitudeDB, 2)
      let bound = BeamFit.bound(
        positions: samples.map(\.rollDeg).filter { abs($0 - 3) < 1.66 * half }, peak: 3,
        halfWidth: half, peakSNRDB: snr)
      bounds += bound * bound
    }
    let ratio = (squares / bounds).squareRoot()
    #expect(ratio < 1.13 && ratio > 0.9, "seeds 1...\(runs), ratio \(ratio)")
    // The mean of 1,000 squares scatters by 4.5 %: 3.3 of that.
    let n = Double(runs)
    #expect(abs(positions / n - 1) < 0.15, "seeds 1...\(runs): \(positions / n)")
    #expect(abs(heights / n - 1) < 0.15, "seeds 1...\(runs): \(heights / n)")
  }

  /// A sweep that ends just beyond the peak tells position and height apart badly: errors go together, as
  /// the covariance says. One that passed both flanks does not.
  @Test(arguments: [(1.0, true), (22, false)]) func theCovarianceOfPlaceAndHeightIsTrue(
    beyond: Double, isTogether: Bool
  ) throws {
    let runs = 1_000
    let truth = beam.onAxisAmplitudeDB(rangeMM: 5)
    var (both, stated, places, heights) = (0.0, 0.0, 0.0, 0.0)
    for seed in 1...runs {
      let samples = sweep(peak: 0, snr: 40, step: 0.5, seed: UInt64(seed)).filter {
        $0.rollDeg < beyond
      }
      let fit = try #require(BeamFit.fit(samples, axis: .roll, beam: beam), "seed \(seed)")
      both += fit.position * (fit.amplitudeDB - truth)
      places += fit.position * fit.position
      heights += pow(fit.amplitudeDB - truth, 2)
      stated += fit.covariance
    }
    let spread = (places * heights).squareRoot()
    print("covariance: \(both / spread) of the deviations' product, stated \(stated / spread)")
    #expect(abs(both - stated) < 0.15 * spread, "seeds 1...\(runs)")
    #expect((abs(both) > 0.4 * spread) == isTogether, "seeds 1...\(runs): \(both / spread)")
  }

  /// The second cue fails closed: where sweeps cannot tell the level of the shortest flight, it does not
  /// agree.
  @Test func aLevelThatNoSweepTellsIsNoAgreement() throws {
    let one = try #require(
      BeamFit.fit(sweep(peak: 0, snr: 40, step: 0.5, seed: 1), axis: .roll, beam: beam))
    #expect(RangeParabola.agreement(of: [], at: 1.5) == .unknown)
    #expect(RangeParabola.agreement(of: [one], at: 1.5) == .unknown)
    // Two of the same level tell no more than one.
    #expect(RangeParabola.agreement(of: [one, one], at: 1.5) == .unknown)
    func passed(_ level: Double, rangeMM: Double) -> BeamFit {
      var fit = one
      (fit.otherPosition, fit.rangeMM) = (level, rangeMM)
      return fit
    }
    let fits = (-2...2).map { passed(Double($0), rangeMM: (25 + Double($0 * $0)).squareRoot()) }
    #expect(RangeParabola.agreement(of: fits, at: 0.2) == .agrees)
    #expect(RangeParabola.agreement(of: fits, at: 3) == .disagrees)
  }

  @Test func calciumOnOneFlankDoesNotPullThePeak() throws {
    var worst = 0.0
    for seed in 1...60 {
      let samples = sweep(
        peak: 40, snr: 30, step: 0.3, seed: UInt64(seed), loss: { $0 > 42.5 ? 15 : 0 })
      let fit = try #require(BeamFit.fit(samples, axis: .roll, beam: beam), "seed \(seed)")
      worst = max(worst, abs(fit.position - 40))
    }
    // A shadow from 2.5° outward leaves half of the lobe: a quarter of the half width is allowed.
    #expect(worst < 1.3, "seeds 1...60, worst \(worst)°")
  }

  @Test func peakFarFromZeroIsFittedInItsOwnTurn() throws {
    let fit = try #require(
      BeamFit.fit(sweep(peak: 1979.4, snr: 40, step: 0.5, seed: 5), axis: .roll, beam: beam))
    #expect(abs(fit.position - 1979.4) < 0.2)
    #expect(abs(fit.speed - 60) < 3)
    #expect(fit.otherPosition == 1.5)
    #expect(fit.isBracketed)
    #expect(abs(fit.deficitDB(beam)) < 0.5)
  }

  @Test func sideLobeShowsAsDeficit() throws {
    let weak = sweep(peak: 0, snr: 40, step: 0.5, seed: 9, loss: { _ in 13.3 })
    let fit = try #require(BeamFit.fit(weak, axis: .roll, beam: beam))
    #expect(fit.deficitDB(beam) > AlignmentConfiguration().linkToleranceDB)
  }

  @Test func nothingToFitGivesNoFit() {
    #expect(BeamFit.fit([], axis: .roll, beam: beam) == nil)
    var samples = sweep(peak: 0, snr: 40, step: 0.5, seed: 1)
    #expect(BeamFit.fit(Array(samples.prefix(4)), axis: .roll, beam: beam) == nil)
    // All at one level: no spread.
    #expect(BeamFit.fit(samples, axis: .level, beam: beam) == nil)
    for index in samples.indices { samples[index].isValid = false }
    #expect(BeamFit.fit(samples, axis: .roll, beam: beam) == nil)
    for index in samples.indices {
      samples[index].isValid = true
      samples[index].amplitudeDB = .nan
    }
    #expect(BeamFit.fit(samples, axis: .roll, beam: beam) == nil)
  }

  @Test func samplesThatAreNoNumbersDoNotReachTheFit() throws {
    let clean = sweep(peak: 0, snr: 40, step: 0.5, seed: 3)
    var dirty = clean
    for bad in [Double.nan, .infinity, -.infinity] {
      var sample = clean[20]
      sample.timeOfFlightNS = bad
      dirty.append(sample)
      sample = clean[21]
      sample.rollDeg = bad
      dirty.append(sample)
    }
    #expect(
      BeamFit.fit(dirty, axis: .roll, beam: beam) == BeamFit.fit(clean, axis: .roll, beam: beam))
  }
}

@Suite struct BeamModelTests {
  @Test func widthsAreThoseOfASquareAperture() {
    let beam = BeamModel()
    // 10 MHz, 1.0 mm, 1570 m/s: 10.9° in full at −6 dB.
    #expect(abs(beam.beamWidthDeg(levelDB: 6.02) - 10.9) < 0.1)
    #expect(beam.beamWidthDeg(levelDB: 3) < beam.beamWidthDeg(levelDB: 6))
    #expect(beam.beamWidthDeg(levelDB: 0) == 0)
    #expect(beam.beamWidthDeg(levelDB: .nan) == 0)
    // Far field: the width along the level grows with range.
    #expect(abs(beam.halfWidth(.level, rangeMM: 9) - 9 * tan(5.45 * .pi / 180)) < 0.05)
    #expect(abs(beam.nearFieldMM - 1.59) < 0.01)
  }

  @Test func rangeAndAmplitudeFollowTheLinkBudget() {
    let beam = BeamModel()
    #expect(abs(beam.range(fromTimeOfFlightNS: 3184.7) - 5) < 1e-3)
    #expect(abs(beam.timeOfFlightNS(fromRange: 5) - 3184.7) < 0.1)
    #expect(abs(beam.onAxisAmplitudeDB(rangeMM: 5) - 66.02) < 1e-9)
    let drop = beam.onAxisAmplitudeDB(rangeMM: 5) - beam.onAxisAmplitudeDB(rangeMM: 9)
    // The aperture's own phase differences still cost half a decibel at 5 mm.
    #expect(abs(drop - 20 * log10(9.0 / 5) - 0.238 * 4) < 0.6)
  }
}
