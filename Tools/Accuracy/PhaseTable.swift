import Foundation
import PeakTracking

/// Time of flight by the calibrated carrier, whose frequency is 5 % off what the pulse is taken for.
struct PhaseTable {
  var trials: Int
  var seed: UInt64

  func measured() throws -> FigureTable {
    var table = FigureTable(
      "Time of flight by the calibrated phase, centre frequency 5 % off: RMSE ÷ coherent bound",
      [
        "SNR per sample", "coherent bound", "time ÷ bound", "of it bias", "by the envelope ÷ bound",
        "NEES time",
        "NEES band 99 %", "by phase",
      ])
    for snr in [15.0, 20, 30, 40, 50, 60] {
      var frames = Frames(
        carrierHz: 0.95 * Frames.pulse.carrierHz, random: Noise(seed: seed &+ 1_000 &+ UInt64(snr)))
      let count = frames.count
      let phase = 0.17
      let (calibration, offset) = try calibrated(&frames, phase: phase)
      var estimator = try FrameEstimator(Frames.everything(count: count, phase: calibration))
      var plain = try FrameEstimator(Frames.everything(count: count))
      let amplitude = Frames.noise * pow(10, snr / 20)
      let output = frames.output(snrDB: snr)
      let period = Frames.pulse.samplePeriodNS
      // 2π√(f² + B²), f the true carrier, of the pulse as it is.
      let turn = 2 * Double.pi * frames.carrierHz / Frames.pulse.sampleRateHz
      let spread = 1 / (2 * frames.sigma * frames.sigma)
      let bound = period / ((turn * turn + spread) * output).squareRoot()
      var (ours, envelope) = (ErrorCount(), ErrorCount())
      var used = 0
      for _ in 0..<trials {
        let at = frames.random.uniform(120, Double(count) - 80)
        let samples = frames.frame(at: at, amplitude: amplitude, phase: phase)
        let e = estimator.estimate(samples)
        ours.add(e.timeOfFlightNS - at * period - offset, sigma: e.sigmaTimeNS)
        if e.usesPhase { used += 1 }
        envelope.add(plain.estimate(samples).timeOfFlightNS - at * period, sigma: bound)
      }
      let name = "\(Int(snr)) dB"
      table.rows.append([
        name, String(format: "%.4f ns", bound),
        table.held(ours.rms / bound, to: snr >= 20 ? 0...1.06 : nil, "\(name) time"),
        String(format: "%.3f", ours.mean / bound), String(format: "%.2f", envelope.rms / bound),
        table.held(ours.nees, to: ours.neesBand, "\(name) NEES", isExplained: ours.nees < 1),
        String(format: "%.3f to %.3f", ours.neesBand.lowerBound, ours.neesBand.upperBound),
        String(format: "%.1f %%", 100 * Double(used) / Double(trials)),
      ])
    }
    table.remarks = [
      "Calibrated on 2,000 frames of 60 dB of the same pulse, at known times: phase, slope and offset. Below the SNR at which "
        + "the envelope tells the cycle by five deviations, the envelope is used. The filter hears the pulse 5 % off, which "
        + "costs 2 % of its energy: the SNR that it measures is as much too low and the deviations that follow from it "
        + "1 % too large, so that an NEES of 0.98 is what is to be expected here."
    ]
    return table
  }

  /// Phase and slope, and what times are off by on average: the calibration's range is known.
  private func calibrated(
    _ frames: inout Frames, phase: Double
  ) throws -> (PhaseCalibration, offset: Double) {
    let recording = (0..<2_000).map { _ in
      let at = frames.random.uniform(120, Double(frames.count) - 80)
      return (
        at: at, samples: frames.frame(at: at, amplitude: Frames.noise * 1_000, phase: phase)
      )
    }
    var estimator = try FrameEstimator(Frames.everything(count: frames.count))
    guard
      let calibration = PhaseCalibration.mean(
        of: recording.map { estimator.estimate($0.samples) })
    else { throw AccuracyError("the calibration found no common phase") }
    var finer = try FrameEstimator(Frames.everything(count: frames.count, phase: calibration))
    let errors = recording.map {
      finer.estimate($0.samples).timeOfFlightNS - $0.at * Frames.pulse.samplePeriodNS
    }
    return (calibration, errors.reduce(0, +) / Double(errors.count))
  }
}

struct AccuracyError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
