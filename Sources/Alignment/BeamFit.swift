import Foundation

/// The peak of one sweep along one axis.
public struct BeamFit: Hashable, Sendable {
  public var axis: AlignmentAxis
  /// Handle position of the peak, degrees or mm, and its standard deviation. The deviation is that
  /// of white noise; play, lag, tremor and heart beat come on top.
  public var position: Double
  public var sigma: Double
  /// Amplitude at the peak, dB re one converter step, and its standard deviation by white noise.
  public var amplitudeDB: Double
  public var sigmaAmplitudeDB: Double
  /// Covariance of position and amplitude, degrees or mm times dB: near 0 after a sweep that passed both
  /// flanks alike, and not after one that ended on one of them.
  public var covariance: Double
  /// Half width at −6 dB, degrees or mm.
  public var halfWidth: Double
  /// Half width over the one that the beam model expects at this range.
  public var widthRatio: Double
  /// Range at the peak, mm, and its standard deviation.
  public var rangeMM: Double
  public var sigmaRangeMM: Double
  /// Speed of the handle over the peak, degrees/s or mm/s, signed.
  public var speed: Double
  /// Mean position on the other axis while the peak was passed.
  public var otherPosition: Double
  /// How far the sweep fell below the peak on its low and its high side, dB.
  public var dropLowDB: Double
  public var dropHighDB: Double
  /// Samples that were fitted, and the share of them that the robust loss cast out.
  public var sampleCount: Int
  public var outlierShare: Double

  /// How far the peak lies below what the link budget promises on axis at its range, dB.
  public func deficitDB(_ beam: BeamModel) -> Double {
    beam.onAxisAmplitudeDB(rangeMM: rangeMM) - amplitudeDB
  }

  /// Whether the sweep passed the peak: it fell by 3 dB on both sides.
  public var isBracketed: Bool { dropLowDB >= 3 && dropHighDB >= 3 }

  /// Fits the main lobe to the valid samples of one sweep; nil when there is nothing to fit: too
  /// few valid samples, no spread in position, or a peak outside what was swept.
  ///
  /// Least squares of amplitude (not dB: so noise weighs equally) against the beam's own shape with
  /// centre, height and width free, the width held loosely (25 %) to the model, Tukey's biweight
  /// against what calcium hides. Only what lies within 1.5 half widths is used: the flanks carry
  /// the position, and beyond them side lobes begin. Starts on and to both sides of the highest
  /// point, and keeps the start that leaves the smallest scatter.
  public static func fit(
    _ samples: [AlignmentSample], axis: AlignmentAxis, beam: BeamModel
  ) -> BeamFit? {
    let finite = samples.filter(\.isFinite)
    let points = finite.filter(\.isValid).map {
      Point(
        x: $0.position(on: axis), y: pow(10, $0.amplitudeDB / 20),
        noise: pow(10, ($0.amplitudeDB - $0.snrDB) / 20))
    }
    guard points.count >= 6 else { return nil }
    let x = points.map(\.x)
    let low = x.min()!
    let high = x.max()!
    let firstRange = beam.range(
      fromTimeOfFlightNS: median(finite.filter(\.isValid).map(\.timeOfFlightNS)))
    guard high - low > 0.1 * beam.halfWidth(axis, rangeMM: firstRange) else { return nil }
    guard
      let top = highest(
        points, from: low, binWidth: max((high - low) / 400, 1e-9),
        smoothing: 0.15 * beam.halfWidth(axis, rangeMM: firstRange))
    else { return nil }
    let range = peakRange(finite, axis: axis, at: top.x, beam: beam, nearest: firstRange)
    guard range.value > 0.05, range.value < 100 else { return nil }
    let nominal = beam.halfWidth(axis, rangeMM: range.value)
    let noise = median(points.map(\.noise))

    var best: Solution?
    for offset in [0, -0.6, 0.6] {
      for isWary in [false, true] {
        guard
          let solution = solve(
            points, centre: top.x + offset * nominal, height: top.y, nominal: nominal,
            noise: noise, isWary: isWary)
        else { continue }
        if best == nil || solution.score < best!.score { best = solution }
      }
    }
    guard let found = best, found.centre >= low - 0.2 * nominal,
      found.centre <= high + 0.2 * nominal
    else { return nil }
    let near = finite.filter { abs($0.position(on: axis) - found.centre) <= found.halfWidth }
    let peakDB = 20 * log10(found.height)
    let finalRange = peakRange(
      finite, axis: axis, at: found.centre, beam: beam, nearest: range.value)
    return BeamFit(
      axis: axis, position: found.centre, sigma: found.sigma, amplitudeDB: peakDB,
      sigmaAmplitudeDB: 20 / log(10) * found.heightSigma / found.height,
      covariance: 20 / log(10) * found.covariance / found.height,
      halfWidth: found.halfWidth, widthRatio: found.halfWidth / nominal,
      rangeMM: finalRange.value, sigmaRangeMM: finalRange.sigma,
      speed: speed(near, axis: axis),
      otherPosition: near.map { $0.position(on: axis.other) }.reduce(0, +)
        / Double(max(near.count, 1)),
      dropLowDB: drop(finite, axis: axis, found, side: -1, peakDB: peakDB),
      dropHighDB: drop(finite, axis: axis, found, side: 1, peakDB: peakDB),
      sampleCount: found.count, outlierShare: found.outlierShare)
  }

  /// Smallest standard deviation that any unbiased estimator of the position can have, from samples
  /// at `positions` of a beam of known shape and unknown height: Cramér and Rao,
  /// σ ≥ (σn/A) / √(Σg'² − (Σg·g')² / Σg²), with σn/A from the signal-to-noise ratio at the peak.
  public static func bound(
    positions: [Double], peak: Double, halfWidth: Double, peakSNRDB: Double
  ) -> Double {
    var squares = 0.0
    var cross = 0.0
    var slopes = 0.0
    for position in positions {
      let u = (position - peak) / halfWidth
      let g = BeamModel.shape(u)
      let slope = BeamModel.shapeSlope(u) / halfWidth
      squares += g * g
      cross += g * slope
      slopes += slope * slope
    }
    let information = slopes - (squares > 0 ? cross * cross / squares : 0)
    guard information > 0 else { return .infinity }
    return pow(10, -peakSNRDB / 20) / information.squareRoot()
  }
}

func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
