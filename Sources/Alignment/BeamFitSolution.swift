import Foundation

/// The steps of a fit.
extension BeamFit {
  struct Point {
    var x: Double
    var y: Double
    var noise: Double
  }

  struct Solution {
    var centre: Double
    var height: Double
    var halfWidth: Double
    var sigma: Double
    /// Standard deviation of the height, in its own unit.
    var heightSigma: Double
    /// Of height and centre.
    var covariance: Double
    var score: Double
    var count: Int
    var outlierShare: Double
  }

  /// The highest point after a running median over `smoothing` to both sides.
  static func highest(
    _ points: [Point], from low: Double, binWidth: Double, smoothing: Double
  ) -> Point? {
    let width = max(binWidth, smoothing)
    var bins: [Int: [Double]] = [:]
    for point in points {
      bins[Int(((point.x - low) / width).rounded(.down)), default: []].append(point.y)
    }
    let usual = median(bins.values.map { Double($0.count) })
    var top: Point?
    for (index, values) in bins.sorted(by: { $0.key < $1.key })
    where Double(values.count) * 4 >= usual {
      let y = median(values)
      if top == nil || y > top!.y {
        top = Point(x: low + (Double(index) + 0.5) * width, y: y, noise: 0)
      }
    }
    return top
  }

  /// Half widths to either side that are fitted: the main lobe ends at 1.66, and at short
  /// range its ends are not those of the far field.
  static let reach = 1.5
  /// Deviations at which Tukey's biweight casts a sample out; at 6 it costs 1 % of what a plain mean
  /// knows (at the usual 4.685, 5 %).
  static let cast = 6.0

  /// - Parameter isWary: casts samples out from the first round, as is right where calcium takes away
  ///   more than a start that is off by half a width; else the first rounds only find the place.
  static func solve(
    _ points: [Point], centre: Double, height: Double, nominal: Double, noise: Double,
    isWary: Bool
  ) -> Solution? {
    var x0 = centre
    var a = height
    var logWidth = 0.0
    var scale = noise
    var normal = Normal(3)
    var used = 0
    var outliers = 0
    for round in 0..<30 {
      let width = nominal * exp(logWidth)
      let window = points.filter { abs($0.x - x0) <= Self.reach * width }
      guard window.count >= 6 else { return nil }
      let residuals = window.map { $0.y - a * BeamModel.shape(($0.x - x0) / width) }
      scale = max(noise, 1.4826 * median(residuals.map(abs)))
      if isWary {
        let widest = 0.12 * a
        scale = max(min(scale, widest), widest * pow(0.5, Double(round)))
      }
      guard scale > 0, scale.isFinite else { return nil }
      normal = Normal(3)
      used = window.count
      outliers = 0
      for (point, residual) in zip(window, residuals) {
        let u = (point.x - x0) / width
        let g = BeamModel.shape(u)
        let slope = BeamModel.shapeSlope(u)
        let t = residual / (Self.cast * scale)
        let isTaken = !isWary && round < 2
        let weight = isTaken ? 1 : (abs(t) < 1 ? (1 - t * t) * (1 - t * t) : 0)
        if weight < 0.05 { outliers += 1 }
        normal.add(
          [g, -a * slope / width, -a * slope * u], residual, weight: weight / (scale * scale))
      }
      normal.add([0, 0, 1], -logWidth, weight: 1 / (widthSigma * widthSigma))
      guard let step = normal.solve() else { return nil }
      a += step[0]
      x0 += max(-0.5 * width, min(0.5 * width, step[1]))
      logWidth = max(-0.9, min(0.9, logWidth + max(-0.3, min(0.3, step[2]))))
      guard a > 0, a.isFinite, x0.isFinite else { return nil }
      if round > 8, abs(step[1]) < 1e-5 * width, abs(step[0]) < 1e-6 * a { break }
    }
    let share = Double(outliers) / Double(used)
    guard share < 0.6,
      let variances = variances(
        points, height: a, centre: x0, width: nominal * exp(logWidth), scale: scale, noise: noise)
    else { return nil }
    return Solution(
      centre: x0, height: a, halfWidth: nominal * exp(logWidth),
      sigma: variances.centre.squareRoot(), heightSigma: variances.height.squareRoot(),
      covariance: variances.both,
      score: unexplained(points, a, x0, nominal * exp(logWidth), noise: noise), count: used,
      outlierShare: share)
  }

  /// Deviation of the width's logarithm from the model's, by which the width is held to it.
  static let widthSigma = 0.25

  /// Variances of height and centre, and their covariance: those of least squares over the samples that were kept, the width
  /// being held as loosely as in the fit, and 2 % for what the biweight loses (E ψ² ÷ (E ψ')² at six
  /// deviations, normal errors).
  ///
  /// The scatter of a sweep's few samples is uncertain by 1.17/√n, and the larger of it and the noise
  /// is too large on average. Scatter that the noise of the frames explains is therefore that noise;
  /// more than that is tremor, motion or calcium, and counts as it is.
  private static func variances(
    _ points: [Point], height: Double, centre: Double, width: Double, scale: Double, noise: Double
  ) -> (height: Double, centre: Double, both: Double)? {
    let window = points.filter { abs($0.x - centre) <= reach * width }
    let residuals = window.map { $0.y - height * BeamModel.shape(($0.x - centre) / width) }
    guard !window.isEmpty else { return nil }
    let scatter = 1.4826 * median(residuals.map(abs))
    let isNoise = scatter <= noise * (1 + 2.4 / Double(window.count).squareRoot())
    let deviation = isNoise ? noise : scatter
    guard deviation > 0 else { return nil }
    var normal = Normal(3)
    for (point, residual) in zip(window, residuals) where abs(residual) < 0.88 * cast * scale {
      let u = (point.x - centre) / width
      let slope = BeamModel.shapeSlope(u)
      normal.add(
        [BeamModel.shape(u), -height * slope / width, -height * slope * u], 0,
        weight: 1 / (1.02 * deviation * deviation))
    }
    normal.add([0, 0, 1], 0, weight: 1 / (widthSigma * widthSigma))
    guard let ofHeight = normal.inverseColumn(0), let ofCentre = normal.inverseColumn(1),
      ofHeight[0] > 0, ofCentre[1] > 0
    else { return nil }
    return (ofHeight[0], ofCentre[1], ofCentre[0])
  }

  /// How many of the samples a beam with its side lobes does not explain: Tukey's loss, 0 to 1 for each.
  private static func unexplained(
    _ points: [Point], _ height: Double, _ centre: Double, _ width: Double, noise: Double
  ) -> Double {
    let scale = max(noise, 0.03 * height)
    return points.reduce(0) { sum, point in
      let t = (point.y - height * abs(BeamModel.shape((point.x - centre) / width))) / (cast * scale)
      return sum + (abs(t) < 1 ? 1 - pow(1 - t * t, 3) : 1)
    }
  }

  /// Median range within half a half width of the peak, and its deviation with 0.05 mm for what
  /// the heart beat leaves.
  static func peakRange(
    _ samples: [AlignmentSample], axis: AlignmentAxis, at x: Double, beam: BeamModel,
    nearest: Double
  ) -> (value: Double, sigma: Double) {
    let half = 0.5 * beam.halfWidth(axis, rangeMM: nearest)
    let ranges = samples.filter { $0.isValid && abs($0.position(on: axis) - x) <= half }
      .map { beam.range(fromTimeOfFlightNS: $0.timeOfFlightNS) }
    guard !ranges.isEmpty else { return (nearest, 0.3) }
    let value = median(ranges)
    let scatter = 1.4826 * median(ranges.map { abs($0 - value) })
    return (value, (scatter * scatter / Double(ranges.count) + 0.05 * 0.05).squareRoot())
  }

  /// Least-squares slope of position over time.
  static func speed(_ samples: [AlignmentSample], axis: AlignmentAxis) -> Double {
    guard samples.count >= 2 else { return 0 }
    let n = Double(samples.count)
    let t0 = samples.map(\.time).reduce(0, +) / n
    let x0 = samples.map { $0.position(on: axis) }.reduce(0, +) / n
    var top = 0.0
    var bottom = 0.0
    for sample in samples {
      top += (sample.time - t0) * (sample.position(on: axis) - x0)
      bottom += (sample.time - t0) * (sample.time - t0)
    }
    return bottom > 0 ? top / bottom : 0
  }

  /// How far the median of some part of one flank (out to three half widths) lies below the peak.
  /// What is not heard at all counts with the amplitude of its noise.
  static func drop(
    _ samples: [AlignmentSample], axis: AlignmentAxis, _ found: Solution, side: Double,
    peakDB: Double
  ) -> Double {
    var parts = [[Double]](repeating: [], count: 12)
    for sample in samples {
      let u = side * (sample.position(on: axis) - found.centre) / found.halfWidth
      if u > 0, u < 3 { parts[min(11, Int(u * 4))].append(sample.amplitudeDB) }
    }
    return parts.filter { $0.count >= 2 }.map { peakDB - median($0) }.max() ?? 0
  }
}
