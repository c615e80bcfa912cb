import Foundation
import PeakTracking

/// False alarms on noise against the limit that was set, and the SNR that detection needs against the
/// square-law detector that knows the noise.
struct DetectionTable {
  var trials: Int
  var seed: UInt64

  func measured() throws -> FigureTable {
    var table = FigureTable(
      "Detection: false alarms as limited, and the SNR for 90 % detection",
      [
        "limit a frame", "threshold", "frames", "alarms", "alarms ÷ limit", "SNR needed",
        "square law, same alarms", "difference",
      ])
    let count = 2_048
    for limit in [1e-1, 1e-2, 1e-3] {
      var settings = Frames.everything(count: count)
      try settings.limitFalseAlarms(perFrame: limit)
      var frames = Frames(count: count, random: Noise(seed: seed &+ UInt64(1 / limit)))
      var estimator = try FrameEstimator(settings)
      let shown = Int(max(Double(trials), 400 / limit))
      var alarms = 0
      for _ in 0..<shown
      where !estimator.estimate(frames.frame(at: nil, amplitude: 0, phase: 0)).reasons
        .contains(.belowThreshold)
      {
        alarms += 1
      }
      let share = Double(alarms) / Double(shown)
      // One frame gives one alarm at most.
      let expected = 1 - exp(-limit)
      let needed = try snrNeeded(&frames, settings)
      let oracle = squareLawSNR(alarms: limit, samples: count, sigma: frames.sigma)
      table.rows.append([
        String(format: "%g", limit), String(format: "%.2f dB", settings.detectionThresholdDB),
        "\(shown)", "\(alarms)",
        table.held(share / expected, to: 0.8...1.2, "alarms at \(limit)", digits: 2),
        String(format: "%.2f dB", needed), String(format: "%.2f dB", oracle),
        table.held(needed - oracle, to: -1...0.3, "SNR at \(limit)", digits: 2),
      ])
    }
    let known = snr(forDetection: 0.9, threshold: -2 * log(1e-6))
    table.remarks = [
      "SNR at the matched filter's output, energy over noise density as detection theory counts it "
        + "(half of peak² ÷ variance of a quadrature). The square law with known noise needs "
        + String(format: "%.2f dB", known) + " for 0.9 at 1e-6 a cell; alarms that rare cannot be "
        + "counted, so each row scales it: the threshold at which Rice's crossing rate gives the same "
        + "alarms a frame of \(count) samples when the noise is known, and the SNR that it needs. "
        + "Ours measures the noise in the same frame and looks everywhere."
    ]
    return table
  }

  /// Energy over noise density, dB, at which nine of ten pulses are found where they are.
  private func snrNeeded(_ frames: inout Frames, _ settings: TrackerConfiguration) throws -> Double
  {
    var estimator = try FrameEstimator(settings)
    var points: [(db: Double, share: Double)] = []
    let period = Frames.pulse.samplePeriodNS
    for db in stride(from: 8.5, through: 14.5, by: 0.5) {
      let output = 2 * pow(10, db / 10)
      let amplitude =
        Frames.noise * (output / (Double.pi.squareRoot() * frames.sigma / 2)).squareRoot()
      let shown = max(2_000, trials / 4)
      var found = 0
      for _ in 0..<shown {
        let at = frames.random.uniform(200, Double(frames.count) - 200)
        let e = estimator.estimate(
          frames.frame(at: at, amplitude: amplitude, phase: frames.random.uniform()))
        if !e.reasons.contains(.belowThreshold),
          abs(e.timeOfFlightNS - at * period) < 4 * frames.sigma * period
        {
          found += 1
        }
      }
      points.append((db, Double(found) / Double(shown)))
    }
    for (low, high) in zip(points, points.dropFirst()) where low.share < 0.9 && high.share >= 0.9 {
      return low.db + (0.9 - low.share) / (high.share - low.share) * (high.db - low.db)
    }
    throw AccuracyError("90 % detection lies outside 8.5 to 14.5 dB")
  }

  /// What a square-law detector needs that knows the noise and where to look, at the threshold that
  /// gives the same alarms over a frame.
  private func squareLawSNR(alarms: Double, samples: Int, sigma: Double) -> Double {
    var (low, high) = (2.0, 100.0)
    while high - low > 1e-9 {
      let gamma = (low + high) / 2
      let rate =
        gamma.squareRoot() * exp(-gamma / 2) / ((4 * Double.pi).squareRoot() * sigma)
        * Double(samples)
      if rate > alarms { low = gamma } else { high = gamma }
    }
    return snr(forDetection: 0.9, threshold: high)
  }

  /// Energy over noise density, dB, at which peak² ÷ variance exceeds `threshold` so often.
  private func snr(forDetection wanted: Double, threshold: Double) -> Double {
    var (low, high) = (0.0, 30.0)
    while high - low > 1e-9 {
      let middle = (low + high) / 2
      let a = (2 * pow(10, middle / 10)).squareRoot()
      if marcumQ(a, threshold.squareRoot()) < wanted { low = middle } else { high = middle }
    }
    return high
  }

  /// Q₁(a, b): the share of a Rician of offset a that exceeds b, by its Poisson sum.
  private func marcumQ(_ a: Double, _ b: Double) -> Double {
    let (x, y) = (a * a / 2, b * b / 2)
    // Σ over n of Poisson(n; x) · P(Poisson(y) ≤ n).
    var weight = exp(-x)
    var term = exp(-y)
    var below = term
    var sum = 0.0
    for n in 0..<400 {
      sum += weight * below
      weight *= x / Double(n + 1)
      term *= y / Double(n + 1)
      below += term
    }
    return sum
  }
}
