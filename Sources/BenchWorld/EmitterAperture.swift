/// The square emitter, integrated as 8 × 8 sub-elements with their own delays (a Rayleigh integral by
/// the midpoint rule, valid in the near field). Each sub-element carries its own small directivity at
/// the carrier, sinc × sinc, which keeps the midpoint rule honest at wide angles.
///
/// Source of the integral: Oelze, lecture notes, ch. 7. Obliquity: cos θ as for a soft baffle; behind
/// the face the catheter's body leaves `baffleLeak` squared.
struct EmitterAperture {
  static let side = 8
  /// Centres of the sub-elements along one side, mm.
  static let centres: SIMD8<Float> = {
    var centres = SIMD8<Float>()
    for i in 0..<side {
      centres[i] = Float((Double(i) + 0.5) / Double(side) - 0.5) * Float(Reference.emitterSideMM)
    }
    return centres
  }()

  /// (π · pitch / λ)² at the carrier.
  let phase2: Float

  init(medium: Medium) {
    let wavelengthMM = medium.soundSpeedMMPerS / Pulse.carrierHz
    let phase = Double.pi * Reference.emitterSideMM / Double(Self.side) / wavelengthMM
    phase2 = Float(phase * phase)
  }

  /// Distances (mm) and weights of row `j` of sub-elements for a point at (x, y, z) in the emitter's
  /// axes: x along the row, y across the rows, z outward. Weights are per unit of 64 · r, without
  /// attenuation.
  @inline(__always)
  func row(_ j: Int, x: Float, y: Float, z: Float) -> (r: SIMD8<Float>, weight: SIMD8<Float>) {
    let dx = x - Self.centres
    let dx2 = dx * dx
    let dy = y - Self.centres[j]
    let dy2 = dy * dy
    let r2 = dx2 + (dy2 + z * z)
    let r = r2.squareRoot()
    let inverse = 1 / r
    let cosine = z * inverse
    let leak = Float(Reference.baffleLeak)
    let obliquity = 0.5 * (cosine + (cosine * cosine + 4 * leak * leak).squareRoot())
    let over = phase2 * inverse * inverse
    return (r, obliquity * inverse * Self.sinc(over * dx2) * Self.sinc(over * dy2))
  }

  /// sin x / x for x² up to about 8, relative error below 1e-3.
  @inline(__always)
  static func sinc(_ x2: SIMD8<Float>) -> SIMD8<Float> {
    var s = 1 - x2 * (1.0 / 110)
    s = 1 - x2 * (1.0 / 72) * s
    s = 1 - x2 * (1.0 / 42) * s
    s = 1 - x2 * (1.0 / 20) * s
    return 1 - x2 * (1.0 / 6) * s
  }

  /// Top of the envelope of the whole aperture's pulse on its axis, before attenuation, arbitrary
  /// scale: one over distance far away, rippling inside the near field (a²/λ = 1.6 mm).
  func onAxisEnvelope(atMM distance: Double, soundSpeedMMPerS c: Double) -> Double {
    let omega = 2 * Double.pi * Pulse.carrierHz
    var best = 0.0
    for step in -4...20 {
      let t = (distance / c) + Double(step) * 2e-9
      var real = 0.0
      var imaginary = 0.0
      for j in 0..<Self.side {
        let (r, weight) = row(j, x: 0, y: 0, z: Float(distance))
        for i in 0..<Self.side {
          let u = t - Double(r[i]) / c
          let (s, co) = Portable.sincos(omega * u)
          let e = Double(weight[i]) * Pulse.envelope(u)
          real += e * co
          imaginary += e * s
        }
      }
      best = max(best, (real * real + imaginary * imaginary).squareRoot())
    }
    return best
  }
}
