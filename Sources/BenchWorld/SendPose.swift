/// The send catheter's tip at one moment: the emitter's face, the needle's line.
struct SendPose {
  let levelMM: Double
  /// Axes of the artery at this level, at the catheter's axis.
  let axes: VesselFrame
  /// Outward from the emitter, and the way that the needle goes.
  let outward: Vector
  /// Across the emitter, the way that roll turns it.
  let across: Vector
  /// Centre of the emitter's face.
  let emitter: Vector
  /// The needle's port, beside the emitter.
  let port: Vector

  init(_ vessels: VesselPair, levelMM: Double, rollDeg: Double) {
    self.levelMM = levelMM
    axes = vessels.sendAxis(at: levelMM)
    let (s, c) = Portable.sincos(rollDeg * .pi / 180)
    outward = c * axes.normal + s * axes.lateral
    across = c * axes.lateral - s * axes.normal
    emitter = axes.origin + Reference.emitterRadiusMM * outward
    port = emitter + Reference.needleAxialOffsetMM * axes.tangent
  }

  func needlePoint(depth: Double) -> Vector { port + depth * outward }
}

/// The pose at which the emitter faces the receiver squarely, with the vein at rest: the receiver lies
/// in the transverse plane of level 0 by construction, so only the roll has to be found.
struct BestAlignment {
  let levelMM = 0.0
  let rollDeg: Double
  /// Emitter to receiver.
  let distanceMM: Double

  init(_ vessels: VesselPair) {
    let local = vessels.sendAxis(at: 0).local(vessels.receiver(shift: 0))
    rollDeg = Portable.atan2(local.y, local.x) * 180 / .pi
    distanceMM =
      (local.x * local.x + local.y * local.y).squareRoot() - Reference.emitterRadiusMM
  }
}
