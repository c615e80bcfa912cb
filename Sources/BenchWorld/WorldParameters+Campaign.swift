import HardwareSpecs

extension WorldParameters {
  /// A world drawn from the ranges that HardwareSpecs declares for campaigns; the same seed gives the
  /// same world. Anatomies whose lumens would overlap are drawn again; all others stay, reachable or
  /// not.
  public static func drawn(seed: UInt64) -> WorldParameters {
    typealias Range = Anatomies.Campaign
    var random = WorldRandom(seed: seed, stream: 0xCA)
    var world = WorldParameters()
    repeat {
      world.anatomy.separationMM = random.uniform(Range.separationMM)
      world.anatomy.veinRadiusMM = random.uniform(Range.veinRadiusMM)
      world.anatomy.arteryRadiusMM = random.uniform(Range.arteryRadiusMM)
    } while world.anatomy.lumensOverlap
    world.anatomy.bearingDeg = random.uniform(Range.bearingDeg)
    world.anatomy.twistDegPerCM = random.uniform(Range.twistDegPerCM)
    world.anatomy.convergenceDeg = random.uniform(Range.convergenceDeg)
    world.anatomy.curvatureDegPerCM = random.uniform(Range.curvatureDegPerCM)
    world.anatomy.pulsationMM = random.uniform(Range.pulsationMM)
    world.anatomy.pulsationHz = random.uniform(Range.pulsationRateHz)
    world.tremor.rollDeg = random.uniform(Range.tremorRollDeg)
    world.tremor.axialMM = random.uniform(Range.tremorAxialMM)
    world.snrDB = random.uniform(Range.snrDB)
    world.handle.backlashDeg = random.uniform(Range.backlashDeg)
    world.handle.torqueLagS = random.uniform(Range.torqueLagS)
    world.start.rollErrorDeg = random.uniform(Range.startRollErrorDeg)
    world.start.axialErrorMM = random.uniform(Range.startAxialErrorMM)
    let patches = Range.calciumPatches
    let count = Int(random.uniform(patches.lowerBound...(patches.upperBound + 0.999)))
    world.calcium = (0..<count).map { _ in
      let from = random.uniform(Range.calciumBearingDeg)
      let to = from + random.uniform(Range.calciumExtentDeg)
      let middle = random.uniform(Range.calciumLevelMM)
      let half = random.uniform(Range.calciumLengthMM) / 2
      return Calcium(
        bearingDeg: (from, to), axialMM: (middle - half, middle + half),
        lossDB: random.uniform(Range.calciumLossDB))
    }
    return world
  }
}
