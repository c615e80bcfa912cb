/// What can be simulated at all. The bounds are wide: they keep the arithmetic finite, and say nothing of
/// what is likely. A scenario file is held to narrower ones where it is read.
extension WorldParameters {
  /// The first value that no bench has, in words; nil when there is none.
  public var flaw: String? {
    if calcium.count > Self.calciumMax { return "more than \(Self.calciumMax) patches of calcium" }
    let values = bounded + calcium.flatMap(\.bounded)
    return values.first { !$0.range.contains($0.value) }.map {
      "\($0.name) \($0.value) is out of range; use \($0.range.lowerBound) to \($0.range.upperBound)"
    }
  }

  private static var calciumMax: Int { 64 }

  fileprivate typealias Bounded = (name: String, value: Double, range: ClosedRange<Double>)

  private var bounded: [Bounded] {
    [
      ("separation, mm", anatomy.separationMM, 0.1...100),
      ("vein's radius, mm", anatomy.veinRadiusMM, 0.1...50),
      ("artery's radius, mm", anatomy.arteryRadiusMM, 0.1...50),
      ("bearing, degrees", anatomy.bearingDeg, -3_600...3_600),
      ("twist, degrees a cm", anatomy.twistDegPerCM, -360...360),
      ("convergence, degrees", anatomy.convergenceDeg, -60...60),
      ("curvature, degrees a cm", anatomy.curvatureDegPerCM, -90...90),
      ("pulsation, mm", anatomy.pulsationMM, 0...10),
      ("pulsation, Hz", anatomy.pulsationHz, 0...20),
      ("tremor of roll, degrees", tremor.rollDeg, 0...90),
      ("tremor along, mm", tremor.axialMM, 0...20),
      ("SNR, dB", snrDB, -100...200),
      ("backlash, degrees", handle.backlashDeg, 0...360),
      ("lag of roll, s", handle.torqueLagS, 0...60),
      ("backlash along, mm", handle.axialBacklashMM, 0...100),
      ("lag along, s", handle.axialLagS, 0...60),
      ("first roll error, degrees", start.rollErrorDeg, -3_600...3_600),
      ("first axial error, mm", start.axialErrorMM, -1_000...1_000),
    ]
  }
}

extension WorldParameters.Calcium {
  fileprivate var bounded: [WorldParameters.Bounded] {
    [
      ("calcium's bearing, degrees", bearingFromDeg, -3_600...3_600),
      ("calcium's bearing, degrees", bearingToDeg, -3_600...3_600),
      ("calcium's level, mm", axialFromMM, -1_000...1_000),
      ("calcium's level, mm", axialToMM, -1_000...1_000),
      ("calcium's loss, dB", lossDB, 0...200),
    ]
  }
}
