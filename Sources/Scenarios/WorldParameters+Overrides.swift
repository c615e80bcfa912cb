import BenchWorld

extension WorldParameters {
  /// The world of the specs with what a scenario changes.
  public init(_ overrides: WorldOverrides) {
    self.init()
    func set<T>(_ value: T?, _ place: WritableKeyPath<Self, T>) {
      if let value { self[keyPath: place] = value }
    }
    set(overrides.anatomy.separation, \.anatomy.separationMM)
    set(overrides.anatomy.veinRadius, \.anatomy.veinRadiusMM)
    set(overrides.anatomy.arteryRadius, \.anatomy.arteryRadiusMM)
    set(overrides.anatomy.bearing, \.anatomy.bearingDeg)
    set(overrides.anatomy.twist, \.anatomy.twistDegPerCM)
    set(overrides.anatomy.convergence, \.anatomy.convergenceDeg)
    set(overrides.anatomy.pulsation, \.anatomy.pulsationMM)
    set(overrides.anatomy.pulsationRate, \.anatomy.pulsationHz)
    set(overrides.tremor.roll, \.tremor.rollDeg)
    set(overrides.tremor.axial, \.tremor.axialMM)
    set(overrides.snr, \.snrDB)
    set(overrides.handle.backlash, \.handle.backlashDeg)
    set(overrides.handle.torqueLag, \.handle.torqueLagS)
    set(overrides.start.rollError, \.start.rollErrorDeg)
    set(overrides.start.axialError, \.start.axialErrorMM)
    if let patches = overrides.calcium {
      calcium = patches.map {
        Calcium(
          bearingDeg: ($0.bearing.lowerBound, $0.bearing.upperBound),
          axialMM: ($0.axial.lowerBound, $0.axial.upperBound), lossDB: $0.loss)
      }
    }
    switch overrides.medium {
    case nil: break
    case .blood: medium = .blood
    case .water: medium = .water
    case .agar: medium = .agar
    case .muscle: medium = .muscle
    }
  }
}
