/// A point or direction in space, mm.
package typealias Vector = SIMD3<Double>

extension SIMD3 where Scalar == Double {
  package func dot(_ other: Self) -> Double { x * other.x + y * other.y + z * other.z }
  package var length: Double { dot(self).squareRoot() }
}

/// The axes at one level of the artery.
package struct VesselFrame: Sendable {
  package var origin: Vector
  /// Bearing 0.
  package var normal: Vector
  /// Bearing 90°: counter-clockwise of `normal` looking distally.
  package var lateral: Vector
  /// Distal.
  package var tangent: Vector

  package func direction(_ bearing: Double) -> Vector {
    let (s, c) = Portable.sincos(bearing)
    return c * normal + s * lateral
  }
  package func local(_ p: Vector) -> Vector {
    let d = p - origin
    return Vector(d.dot(normal), d.dot(lateral), d.dot(tangent))
  }
}

/// The true shape of both vessels and where the catheters lie in them.
///
/// The artery's centreline is a circular arc through the origin. Because it lies in a plane, the
/// pair of its in-plane normal and the plane's own normal is a rotation-minimising frame, and
/// bearings at different levels can be compared. The vein's centreline stands off it by
/// `separation(s)` at bearing `bearing + twist · s`.
package struct VesselPair: Sendable {
  let curvature, separation, slope, bearing, twist: Double
  let arteryRadius0, veinRadius0: Double
  /// The send catheter's axis in the artery, as (normal, lateral) offset from the centreline.
  let sendOffset: SIMD2<Double>
  /// The receiver in the vein, in the transverse plane of level 0, so that level 0 is the best.
  let receiverOffset: SIMD2<Double>

  package init(_ anatomy: WorldParameters.Anatomy, random: inout WorldRandom) {
    let degree = Double.pi / 180
    curvature = anatomy.curvatureDegPerCM * degree / 10
    separation = anatomy.separationMM
    let angle = Portable.sincos(anatomy.convergenceDeg * degree)
    slope = angle.sin / angle.cos
    bearing = anatomy.bearingDeg * degree
    twist = anatomy.twistDegPerCM * degree / 10
    arteryRadius0 = anatomy.stretchedArteryRadiusMM
    veinRadius0 = anatomy.veinRadiusMM
    func offset(room: Double) -> SIMD2<Double> {
      let reach = max(0, room) * Reference.lumenOffsetShare * random.uniform(0...1).squareRoot()
      let (s, c) = Portable.sincos(random.uniform(0...(2 * .pi)))
      return SIMD2(reach * c, reach * s)
    }
    sendOffset = offset(room: arteryRadius0 - Reference.sendShaftRadiusMM)
    receiverOffset = offset(room: veinRadius0 - Reference.receiveShaftRadiusMM)
  }

  package func frame(at s: Double) -> VesselFrame {
    let angle = curvature * s
    let (sine, cosine) = Portable.sincos(angle)
    // (1 − cos)/κ and sin/κ, by series where κs is too small to divide by.
    let small = angle.magnitude < 1e-4
    let x = small ? curvature * s * s / 2 : (1 - cosine) / curvature
    let z = small ? s * (1 - angle * angle / 6) : sine / curvature
    return VesselFrame(
      origin: Vector(x, 0, z), normal: Vector(cosine, 0, -sine), lateral: Vector(0, -1, 0),
      tangent: Vector(sine, 0, cosine))
  }

  func arteryRadius(at s: Double) -> Double { arteryRadius0 * taper(s) }
  func veinRadius(at s: Double) -> Double { veinRadius0 * taper(s) }
  private func taper(_ s: Double) -> Double { max(0.5, 1 - Reference.vesselTaperPerMM * s) }

  /// The vein's centreline; `shift` moves it away from the artery (pulsation).
  package func vein(at s: Double, shift: Double) -> Vector {
    let frame = frame(at: s)
    return frame.origin
      + max(0, separation + slope * s + shift) * frame.direction(bearing + twist * s)
  }

  /// The tip of the receive catheter; it moves with the vein.
  func receiver(shift: Double) -> Vector {
    let frame = frame(at: 0)
    return vein(at: 0, shift: shift) + receiverOffset.x * frame.normal
      + receiverOffset.y * frame.lateral
  }

  /// The send catheter's axis at a level.
  func sendAxis(at s: Double) -> VesselFrame {
    var frame = frame(at: s)
    frame.origin += sendOffset.x * frame.normal + sendOffset.y * frame.lateral
    return frame
  }

  /// The distance of a point from the vein's centreline, and the level of the nearest point on it.
  func distanceToVein(_ p: Vector, shift: Double) -> (distance: Double, level: Double) {
    // Gauss–Newton: the vein bends so little over the distances here that a step gains two digits.
    var s = p.z
    var here = vein(at: s, shift: shift)
    for _ in 0..<3 {
      let along = (vein(at: s + 1e-5, shift: shift) - here) * 1e5
      s += (p - here).dot(along) / along.dot(along)
      here = vein(at: s, shift: shift)
    }
    let gap = p - here
    return (gap.length, s)
  }

  /// How far along a line, within `0...length`, it comes nearest to the vein's centreline: the closest
  /// points of the line and of the vein's tangent, found anew where they fall.
  func closestDepth(from p: Vector, along d: Vector, length: Double, shift: Double) -> Double {
    var s = p.z
    var depth = 0.0
    for _ in 0..<6 {
      let here = vein(at: s, shift: shift)
      let along = (vein(at: s + 1e-5, shift: shift) - here) * 1e5
      let (aa, ad, w) = (along.dot(along), along.dot(d), here - p)
      let across = aa - ad * ad
      // Parallel lines are equally far everywhere.
      guard across > 1e-9 * aa else { break }
      depth = min(max((aa * w.dot(d) - ad * w.dot(along)) / across, 0), length)
      s += (p + depth * d - here).dot(along) / aa
    }
    return depth
  }

  /// Whether a point lies in the vein's lumen.
  func isInVein(_ p: Vector, shift: Double) -> Bool {
    let (distance, level) = distanceToVein(p, shift: shift)
    return distance < veinRadius(at: level)
  }
}
