import Alignment
import Foundation
import TestSupport
import Testing

/// Play and lag between handle and tip, from sweeps in both directions at several speeds.
@Suite struct HandleModelTests {
  private let beam = BeamModel()
  private let configuration = AlignmentConfiguration()

  private func fit(peak: Double, speed: Double, _ random: inout SplitMix64) throws -> BeamFit {
    let half = beam.halfWidth(.roll, rangeMM: 5)
    let way = speed < 0 ? -1.0 : 1.0
    let samples = (-60...60).map { index in
      let roll = peak + way * 0.3 * Double(index)
      let u = 0.60335 * Double.pi * (roll - peak) / half
      let shape = index == 0 ? 1 : sin(u) / u
      let amplitude = abs(1_000 * shape + 10 * random.normal())
      let output = 20 * log10(max(amplitude, 1e-6) / 10)
      return AlignmentSample(
        time: 0.3 * Double(index) / abs(speed), rollDeg: roll, levelMM: 0,
        amplitudeDB: output + 20, timeOfFlightNS: beam.timeOfFlightNS(fromRange: 5),
        snrDB: output, isValid: output > 3)
    }
    return try #require(BeamFit.fit(samples, axis: .roll, beam: beam))
  }

  @Test func playAndLagAreToldApartAndStatedDeviationsAreTrue() throws {
    let seed: UInt64 = 91
    var random = SplitMix64(seed: seed)
    let runs = 150
    var (peaks, plays, lags) = (0.0, 0.0, 0.0)
    var (playSquares, lagSquares) = (0.0, 0.0)
    for _ in 0..<runs {
      let (play, lag) = (random.uniform(1, 8), random.uniform(0.08, 0.28))
      let fits = try [25.0, -40, 60, -80].map { speed in
        let way = speed < 0 ? -0.5 : 0.5
        // Tremor, and a lag that is not quite steady: what the model believes of a sweep.
        let scatter = (0.35 * random.normal(), 0.010 * abs(speed) * random.normal())
        return try fit(
          peak: 700 + way * play + speed * lag + scatter.0 + scatter.1, speed: speed, &random)
      }
      let model = try #require(
        HandleModel(fits, reference: 0, beliefs: .roll(configuration)), "seed \(seed)")
      peaks += pow((model.peak - 700) / model.sigma, 2)
      plays += pow((model.backlash - play) / model.sigmaBacklash, 2)
      lags += pow((model.lag - lag) / model.sigmaLag, 2)
      playSquares += pow(model.backlash - play, 2)
      lagSquares += pow(model.lag - lag, 2)
      #expect(model.sigmaBacklash < configuration.backlashPriorSigmaDeg)
      #expect(model.sigmaLag < configuration.lagPriorSigmaSeconds)
    }
    let n = Double(runs)
    // Never surer than it is; the priors are wider than the play and lag drawn here.
    for (name, nees) in [("peak", peaks / n), ("play", plays / n), ("lag", lags / n)] {
      #expect(nees > 0.5 && nees < 1.3, "\(name), seed \(seed): \(nees)")
    }
    // To guess the middle of what was drawn would be off by 2.0° and 0.058 s.
    #expect((playSquares / n).squareRoot() < 1.7, "seed \(seed): \(playSquares / n)")
    #expect((lagSquares / n).squareRoot() < 0.04, "seed \(seed): \(lagSquares / n)")
  }

  /// Least squares has a negative play here: it is given as zero, and moves the peak by nothing.
  @Test func neitherPlayNorLagIsNegative() throws {
    var random = SplitMix64(seed: 92)
    var beliefs = HandleModel.Beliefs.roll(configuration)
    // What is believed does not hold it back.
    (beliefs.backlashSigma, beliefs.lagSigma) = (1_000, 10)
    // Peaks at 10 − 2 forward and 10 + 2 back, and a steady 0.1 s behind: 4 degrees of play less than none.
    let fits = try [30.0, -60].map { speed in
      try fit(peak: 10 + (speed < 0 ? 2 : -2) + 0.1 * speed, speed: speed, &random)
    }
    let model = try #require(HandleModel(fits, reference: 0, beliefs: beliefs))
    #expect(model.backlash == 0 && model.lag >= 0)
    // Both at once.
    let behind = try [30.0, -60].map { try fit(peak: 10 - 0.1 * $0, speed: $0, &random) }
    (beliefs.backlash, beliefs.lag) = (0, 0)
    let still = try #require(HandleModel(behind, reference: 0, beliefs: beliefs))
    #expect(still.backlash == 0 && still.lag == 0)
    #expect(still.sigma > 0 && still.sigmaBacklash > 0 && still.sigmaLag > 0)
  }

  @Test func withoutASweepThereIsNothingToSay() {
    #expect(HandleModel([], reference: 0, beliefs: .roll(configuration)) == nil)
  }
}
