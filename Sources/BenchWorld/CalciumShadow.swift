/// Calcified patches of the artery's wall as the rays see them: single precision, no angles.
struct CalciumShadow: Sendable {
  private struct Patch: Sendable {
    var from, to: SIMD2<Float>
    var wide: Bool
    var axialFrom, axialTo: Float
    var factor: Float
    var full: Bool
  }
  private let patches: [Patch]

  var isEmpty: Bool { patches.isEmpty }

  init(_ calcium: [WorldParameters.Calcium]) {
    patches = calcium.map { patch in
      func direction(_ degrees: Double) -> SIMD2<Float> {
        let (s, c) = Portable.sincos(degrees * .pi / 180)
        return SIMD2(Float(c), Float(s))
      }
      var extent = patch.bearingToDeg - patch.bearingFromDeg
      if extent < 0 { extent += 360 }
      return Patch(
        from: direction(patch.bearingFromDeg), to: direction(patch.bearingToDeg),
        wide: extent > 180, axialFrom: Float(min(patch.axialFromMM, patch.axialToMM)),
        axialTo: Float(max(patch.axialFromMM, patch.axialToMM)),
        factor: Float(Portable.ratio(dB: -patch.lossDB)), full: extent >= 360)
    }
  }

  /// The factor by which a ray is weakened. `start` and `end` in the axes of the artery at the level
  /// `level`: (normal, lateral, distal); `radius` of the artery there.
  func factor(
    from start: SIMD3<Float>, to end: SIMD3<Float>, radius: Float, level: Float
  ) -> Float {
    // Where the ray leaves the cylinder: |a + τ(b − a)| = radius in the transverse plane.
    let d = end - start
    let dd = d.x * d.x + d.y * d.y
    guard dd > 0 else { return 1 }
    let ad = start.x * d.x + start.y * d.y
    let rest = start.x * start.x + start.y * start.y - radius * radius
    let root = ad * ad - dd * rest
    guard root >= 0 else { return 1 }
    let tau = (-ad + root.squareRoot()) / dd
    guard tau >= 0, tau <= 1 else { return 1 }
    let exit = start + tau * d
    let axial = level + exit.z
    var factor: Float = 1
    for patch in patches where axial >= patch.axialFrom && axial <= patch.axialTo {
      let afterFrom = patch.from.x * exit.y - patch.from.y * exit.x >= 0
      let beforeTo = exit.x * patch.to.y - exit.y * patch.to.x >= 0
      if patch.full || (patch.wide ? afterFrom || beforeTo : afterFrom && beforeTo) {
        factor *= patch.factor
      }
    }
    return factor
  }
}
