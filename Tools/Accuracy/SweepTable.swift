import Alignment
import Foundation

/// The peak of one sweep over its Cramér–Rao bound, for roll and for level.
struct SweepTable {
  var trials: Int
  var seed: UInt64

  private var runs: Int { max(200, trials / 10) }

  func measured() -> FigureTable {
    var table = FigureTable(
      "Beam fit of one sweep: RMSE ÷ bound",
      [
        "axis", "SNR at the peak", "bound", "error ÷ bound", "NEES", "NEES amplitude",
        "NEES band 99 %", "no fit",
      ])
    for axis in [AlignmentAxis.roll, .level] {
      for snr in [20.0, 30, 40] { measure(axis, snr: snr, threshold: nil, into: &table) }
      measure(axis, snr: 20, threshold: 3, into: &table)
    }
    table.remarks = [
      "\(runs) sweeps a point over 3.9 half widths to either side at 5 mm, about 12 samples a −6 dB "
        + "width, not evenly spaced. The bound is that of a beam of known shape and unknown height, and of samples "
        + "that all count: amplitudes at the place of the peak, heard or not. Where only what stands 3 dB "
        + "above the noise is heard, the ends of the flanks are lost, and with them what they know: that alone is "
        + "why those rows miss the aim of 1.1."
    ]
    return table
  }
}

extension SweepTable {
  /// - Parameter threshold: least output over noise that is heard, dB; nil: every sample counts.
  private func measure(
    _ axis: AlignmentAxis, snr: Double, threshold: Double?, into table: inout FigureTable
  ) {
    let beam = BeamModel()
    let half = beam.halfWidth(axis, rangeMM: 5)
    var random = Noise(seed: seed &+ UInt64(snr) &+ (axis == .roll ? 0 : 500))
    var (errors, bounds, heights) = (ErrorCount(), ErrorCount(), ErrorCount())
    var missing = 0
    for _ in 0..<runs {
      let peak = random.uniform(-4, 4) * half
      let sweep = Sweep(
        axis: axis, beam: beam, from: peak - 3.9 * half, to: peak + 3.9 * half,
        step: 0.17 * half, speed: 11 * half, threshold: threshold ?? -.infinity)
      let samples = sweep.samples(peak: peak, snr: snr, &random)
      guard let fit = BeamFit.fit(samples, axis: axis, beam: beam) else {
        missing += 1
        continue
      }
      errors.add(fit.position - peak, sigma: fit.sigma)
      heights.add(
        fit.amplitudeDB - beam.onAxisAmplitudeDB(rangeMM: 5), sigma: fit.sigmaAmplitudeDB)
      // The main lobe ends at 1.66 half widths; side lobes are another beam.
      let bound = BeamFit.bound(
        positions: sweep.positions(samples).filter { abs($0 - peak) < 1.66 * half },
        peak: peak, halfWidth: half, peakSNRDB: snr)
      bounds.add(bound, sigma: 1)
    }
    let name = (axis == .roll ? "roll" : "level") + (threshold == nil ? "" : ", heard only")
    table.rows.append([
      name, "\(Int(snr)) dB",
      String(format: "%.4f", bounds.rms) + (axis == .roll ? "°" : " mm"),
      table.held(
        errors.rms / bounds.rms, to: 0...1.1, "\(name) at \(Int(snr)) dB",
        isExplained: threshold != nil),
      table.held(errors.nees, to: errors.neesBand, "\(name) NEES at \(Int(snr)) dB"),
      table.held(
        heights.nees, to: heights.neesBand, "\(name) NEES of the amplitude at \(Int(snr)) dB"),
      String(format: "%.3f to %.3f", errors.neesBand.lowerBound, errors.neesBand.upperBound),
      table.held(Double(missing), to: 0...0, "\(name) without fit", digits: 0),
    ])
  }
}

/// One sweep of a receiver at 5 mm: positions of the handle, and what is heard there.
struct Sweep {
  var axis: AlignmentAxis
  var beam: BeamModel
  var from: Double
  var to: Double
  var step: Double
  /// Per second, positive.
  var speed: Double
  /// Least output over noise, dB, that counts as heard.
  var threshold = 3.0

  /// - Parameters:
  ///   - tip: where the tip is, for a handle at a position and a time.
  ///   - loss: dB, at a position of the tip.
  func samples(
    peak: Double, snr: Double, _ random: inout Noise, startingAt start: Double = 0,
    tip: (_ handle: Double, _ time: Double) -> Double = { handle, _ in handle },
    loss: (Double) -> Double = { _ in 0 }
  ) -> [AlignmentSample] {
    let half = beam.halfWidth(axis, rangeMM: 5)
    let full = pow(10, beam.onAxisAmplitudeDB(rangeMM: 5) / 20)
    let noise = full * pow(10, -snr / 20)
    let way = to < from ? -1.0 : 1.0
    return (0...Int(abs(to - from) / step)).map { index in
      let handle = from + way * (Double(index) + random.uniform(-0.2, 0.2)) * step
      let time = start + Double(index) * step / speed
      let place = tip(handle, time)
      let u = 0.60335 * Double.pi * (place - peak) / half
      let clean = full * (abs(u) < 1e-9 ? 1 : sin(u) / u) * pow(10, -loss(place) / 20)
      // Noise has both signs on the flank of a lobe; a magnitude would be biased there.
      let amplitude = max(abs(clean + noise * random.normal()), 1e-6)
      let output = 20 * log10(amplitude / noise)
      return AlignmentSample(
        time: time, rollDeg: axis == .roll ? handle : 0, levelMM: axis == .roll ? 1.5 : handle,
        amplitudeDB: 20 * log10(amplitude), timeOfFlightNS: beam.timeOfFlightNS(fromRange: 5),
        snrDB: output, isValid: output > threshold)
    }
  }

  func positions(_ samples: [AlignmentSample]) -> [Double] {
    samples.map { axis == .roll ? $0.rollDeg : $0.levelMM }
  }
}
