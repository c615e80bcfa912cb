import Foundation

/// The one-way beam of the square emitter, and what it should deliver at a given range.
///
/// Far field of a uniform square aperture: sinc × sinc, half width at −6 dB where
/// `aperture · sin θ / λ` = 0.6034 (diffraction of a uniform line aperture). The far-field formula
/// fails in the near field, so expected amplitudes and widths are summed over the aperture instead
/// (at the carrier; the band smooths what lies farther off axis).
public struct BeamModel: Hashable, Sendable {
  /// Side of the square emitter, mm. Design choice: 1.0.
  public var apertureMM: Double
  /// Centre frequency, MHz. Design choice: 10.
  public var carrierMHz: Double
  /// Speed of sound, m/s. Soft tissue 1550–1600 (literature on arterial wall and agar phantoms).
  public var soundSpeedMPerS: Double
  /// Amplitude on axis at the reference range, dB re one converter step. From calibration.
  public var referenceAmplitudeDB: Double
  /// Range of the reference amplitude, mm.
  public var referenceRangeMM: Double
  /// Attenuation, dB/mm. Blood: 0.15 dB/cm/MHz^1.2, that is 0.24 dB/mm at 10 MHz.
  public var attenuationDBPerMM: Double
  /// Distance of the emitting face from the catheter's own axis, mm. Design choice: 0.9.
  public var emitterOffsetMM: Double

  public init(
    apertureMM: Double = 1.0, carrierMHz: Double = 10, soundSpeedMPerS: Double = 1570,
    referenceAmplitudeDB: Double = 66.02, referenceRangeMM: Double = 5,
    attenuationDBPerMM: Double = 0.238, emitterOffsetMM: Double = 0.9
  ) {
    self.apertureMM = apertureMM
    self.carrierMHz = carrierMHz
    self.soundSpeedMPerS = soundSpeedMPerS
    self.referenceAmplitudeDB = referenceAmplitudeDB
    self.referenceRangeMM = referenceRangeMM
    self.attenuationDBPerMM = attenuationDBPerMM
    self.emitterOffsetMM = emitterOffsetMM
  }

  /// Argument of sin(πu)/(πu) at which it is one half.
  static let halfAmplitudeArgument = 0.60335

  public var wavelengthMM: Double { soundSpeedMPerS / (carrierMHz * 1e3) }

  /// End of the near field, a²/4λ, mm.
  public var nearFieldMM: Double { apertureMM * apertureMM / (4 * wavelengthMM) }

  /// Range, mm, of a one-way time of flight.
  public func range(fromTimeOfFlightNS time: Double) -> Double { time * soundSpeedMPerS * 1e-6 }

  /// One-way time of flight, ns, of a range in mm.
  public func timeOfFlightNS(fromRange range: Double) -> Double { range / (soundSpeedMPerS * 1e-6) }

  /// Amplitude expected on the beam axis at `range` mm: spherical spreading, attenuation, and what
  /// the paths from the parts of the aperture lose by their difference in the near field. dB re one
  /// converter step.
  public func onAxisAmplitudeDB(rangeMM range: Double) -> Double {
    let range = max(range, 0.3)
    let line = aperture(distance: range, offset: 0)
    let reference = aperture(distance: referenceRangeMM, offset: 0)
    return referenceAmplitudeDB - 20 * log10(range / referenceRangeMM)
      + 40 * log10(line / reference) - attenuationDBPerMM * (range - referenceRangeMM)
  }

  /// Relative sum over the width of the aperture, at the carrier, for a receiver at `distance` from
  /// the face and `offset` to the side. The square's field is about the product of two of these.
  func aperture(distance: Double, offset: Double) -> Double {
    let k = 2 * Double.pi / wavelengthMM
    let parts = 24
    let nearest = (distance * distance + offset * offset).squareRoot()
    var real = 0.0
    var imaginary = 0.0
    for index in 0..<parts {
      let u = offset - apertureMM * ((Double(index) + 0.5) / Double(parts) - 0.5)
      let phase = k * ((distance * distance + u * u).squareRoot() - nearest)
      real += cos(phase)
      imaginary += sin(phase)
    }
    return (real * real + imaginary * imaginary).squareRoot() / Double(parts)
  }

  /// Full angular width, degrees, at `level` dB below the axis (a positive number; far field).
  public func beamWidthDeg(levelDB level: Double) -> Double {
    guard level > 0, level.isFinite else { return 0 }
    let target = pow(10, -level / 20)
    var low = 0.0
    var high = 1.0
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if Self.sinc(middle) > target { low = middle } else { high = middle }
    }
    return 2 * asin(min(1, low * wavelengthMM / apertureMM)) * 180 / .pi
  }

  /// Half width at −6 dB that a sweep of one axis shows, in the units of that axis, for a receiver
  /// at `range` mm from the face. The face sits off the catheter's axis, so that a receiver is
  /// swept faster than the catheter turns: by (range + offset) / range.
  public func halfWidth(_ axis: AlignmentAxis, rangeMM range: Double) -> Double {
    let range = max(range, 0.3)
    let half = aperture(distance: range, offset: 0) / 2
    var low = 0.0
    var lateral = 0.02 * range
    while lateral < 0.5 * range, aperture(distance: range, offset: lateral) > half {
      low = lateral
      lateral += 0.02 * range
    }
    for _ in 0..<12 {
      let middle = (low + lateral) / 2
      if aperture(distance: range, offset: middle) > half { low = middle } else { lateral = middle }
    }
    switch axis {
    case .level: return lateral
    case .roll: return atan(lateral / (range + emitterOffsetMM)) * 180 / .pi
    }
  }

  /// Relative amplitude at `offset` half widths from the axis: 0.5 at one half width.
  static func shape(_ offset: Double) -> Double { sinc(halfAmplitudeArgument * offset) }

  static func shapeSlope(_ offset: Double) -> Double {
    let x = Double.pi * halfAmplitudeArgument * offset
    if abs(x) < 1e-4 { return -x / 3 * .pi * halfAmplitudeArgument }
    return (x * cos(x) - sin(x)) / (x * x) * .pi * halfAmplitudeArgument
  }

  static func sinc(_ u: Double) -> Double {
    let x = Double.pi * u
    return abs(x) < 1e-4 ? 1 - x * x / 6 : sin(x) / x
  }
}
