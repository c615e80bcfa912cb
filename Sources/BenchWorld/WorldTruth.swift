/// The true state of the bench. **Seen only by the judge of a run**: nothing that controls, guides or
/// shows may read it.
public struct WorldTruth: Sendable, Equatable {
  /// Roll of the tip past the roll that faces the receiver at its own level, −180 ..< 180.
  public var rollErrorDeg: Double
  /// Level of the tip past the receiver's, positive distal.
  public var axialErrorMM: Double
  /// Emitter to receiver.
  public var distanceMM: Double
  /// Closest approach of the needle's line, within its throw, to the vein's centreline.
  public var needleAxisMissMM: Double
  /// Depths at which a needle pushed from here would be in the vein's lumen; nil: never.
  public var needleEntersVein: ClosedRange<Double>?
  public var needleDepthMM: Double
  /// The needle's tip is in the vein's lumen now.
  public var needleInVein: Bool
  /// The way that the needle has gone, out and in, and the deepest that it has been.
  public var needleTravelledMM: Double
  public var needleDeepestMM: Double
  /// Loss of the ray from the emitter's centre to the receiver in calcium.
  public var calciumLossDB: Double
  /// Top of the envelope, in dB re 1 LSB at 0 dB of gain, that a squarely facing emitter would give at
  /// this distance.
  public var onAxisAmplitudeDB: Double
}

/// Why no alignment of an anatomy can open the gate.
public enum Unreachable: String, CaseIterable, Sendable, Codable {
  /// The lumens would overlap: no such anatomy.
  case vesselsOverlap = "vessels_overlap"
  /// Nearer than the needle may go.
  case tooNear = "too_near"
  /// The vein lies beyond the needle's throw.
  case tooFar = "too_far"
  case needleMissesVein = "needle_misses_vein"
  /// Less than 18 dB after the matched filter, aligned.
  case signalTooWeak = "signal_too_weak"
  /// More than 5 dB of calcium on the aligned ray.
  case behindCalcium = "behind_calcium"
}

/// What the best possible alignment of an anatomy offers.
public struct BestReach: Sendable, Equatable {
  /// Readings of the encoders that align, in the middle of the dead band; a real approach ends half
  /// a backlash to either side.
  public var handleRollDeg: Double
  public var handleLevelMM: Double
  public var distanceMM: Double
  public var calciumLossDB: Double
  /// Signal to noise after the matched filter, aligned.
  public var snrDB: Double
  public var needleEntersVein: ClosedRange<Double>?
  /// Every reason that stands against it.
  public var reasons: [Unreachable]
  public var isReachable: Bool { reasons.isEmpty }
}

extension BenchWorld {
  /// The true state now. For the judge only.
  public var truth: WorldTruth {
    let pose = pose
    let shift = veinShiftMM
    let receiver = receiver
    let distance = (receiver - pose.emitter).length
    return WorldTruth(
      rollErrorDeg: Portable.wrapped(degrees: tipRollDeg - best.rollDeg),
      axialErrorMM: pose.levelMM - best.levelMM,
      distanceMM: distance,
      needleAxisMissMM: closestApproach(pose, shift: shift).distance,
      needleEntersVein: depthsInVein(pose, shift: shift),
      needleDepthMM: needle.depth,
      needleInVein: isNeedleInVein,
      needleTravelledMM: needle.travelled,
      needleDeepestMM: needle.deepest,
      calciumLossDB: calciumLossDB(pose, to: receiver),
      onAxisAmplitudeDB: Portable.dB(budget.onAxisLSB(atMM: distance)))
  }

  /// The needle's tip is out of its port and in the vein's lumen now. Cheap: may be asked per frame.
  public var isNeedleInVein: Bool {
    needle.depth > 0
      && vessels.isInVein(pose.needlePoint(depth: needle.depth), shift: veinShiftMM)
  }

  /// What the best possible alignment offers, with the vein at rest. For the judge only.
  public var bestReach: BestReach {
    let pose = SendPose(vessels, levelMM: best.levelMM, rollDeg: best.rollDeg)
    let receiver = vessels.receiver(shift: 0)
    let loss = calciumLossDB(pose, to: receiver)
    let entry = depthsInVein(pose, shift: 0)
    let snr =
      Portable.dB(budget.onAxisLSB(atMM: best.distanceMM) / budget.noiseSigmaLSB) - loss
      + Reference.matchedFilterGainDB
    var reasons: [Unreachable] = []
    if parameters.anatomy.lumensOverlap { reasons.append(.vesselsOverlap) }
    if best.distanceMM < Reference.needleDistanceMinMM { reasons.append(.tooNear) }
    if best.distanceMM > Reference.needleThrowMM { reasons.append(.tooFar) }
    if entry == nil && best.distanceMM <= Reference.needleThrowMM {
      reasons.append(.needleMissesVein)
    }
    if snr < Reference.reachableSNRDB { reasons.append(.signalTooWeak) }
    if loss > Reference.reachableCalciumLossDB { reasons.append(.behindCalcium) }
    return BestReach(
      handleRollDeg: Portable.wrapped(degrees: -parameters.start.rollErrorDeg),
      handleLevelMM: -parameters.start.axialErrorMM, distanceMM: best.distanceMM,
      calciumLossDB: loss, snrDB: snr, needleEntersVein: entry, reasons: reasons)
  }

  private func calciumLossDB(_ pose: SendPose, to receiver: Vector) -> Double {
    guard !calcium.isEmpty else { return 0 }
    let axes = vessels.frame(at: pose.levelMM)
    let factor = calcium.factor(
      from: SIMD3<Float>(axes.local(pose.emitter)), to: SIMD3<Float>(axes.local(receiver)),
      radius: Float(vessels.arteryRadius(at: pose.levelMM)), level: Float(pose.levelMM))
    return 0 - Portable.dB(Double(factor))
  }

  /// The nearest that the needle's line comes to the vein's centreline within the throw.
  private func closestApproach(
    _ pose: SendPose, shift: Double
  ) -> (distance: Double, depth: Double) {
    let depth = vessels.closestDepth(
      from: pose.port, along: pose.outward, length: Reference.needleThrowMM, shift: shift)
    return (vessels.distanceToVein(pose.needlePoint(depth: depth), shift: shift).distance, depth)
  }

  /// The depths between which the needle's line is in the lumen, found from the closest approach.
  private func depthsInVein(_ pose: SendPose, shift: Double) -> ClosedRange<Double>? {
    let middle = closestApproach(pose, shift: shift).depth
    func isIn(_ depth: Double) -> Bool {
      vessels.isInVein(pose.needlePoint(depth: depth), shift: shift)
    }
    guard isIn(middle) else { return nil }
    func edge(outside: Double) -> Double {
      guard !isIn(outside) else { return outside }
      var (inside, outside) = (middle, outside)
      for _ in 0..<20 {
        let half = (inside + outside) / 2
        if isIn(half) { inside = half } else { outside = half }
      }
      return inside
    }
    return edge(outside: 0)...edge(outside: Reference.needleThrowMM)
  }
}

extension BenchWorld {
  /// Standard deviation of the thermal noise per sample at 0 dB of gain, LSB.
  public var noiseSigmaLSB: Double { budget.noiseSigmaLSB }
}
