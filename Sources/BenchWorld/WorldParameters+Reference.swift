/// The figures of the reference bench that the world is built from: the one place where it takes
/// them from HardwareSpecs.
enum Reference {
  // Scenario defaults (anatomies)
  static let snrDB = 30.0
  static let separationMM = 5.0
  static let veinRadiusMM = 1.5
  static let arteryRadiusMM = 1.1
  static let bearingDeg = 40.0
  static let twistDegPerCM = 15.0
  static let convergenceDeg = 2.0
  static let curvatureDegPerCM = 2.0
  static let pulsationMM = 0.1
  static let pulsationHz = 1.2
  static let tremorRollDeg = 0.2
  static let tremorAxialMM = 0.02
  static let backlashDeg = 4.0
  static let torqueLagS = 0.15
  static let axialBacklashMM = 0.1
  static let axialLagS = 0.05
  static let startRollErrorDeg = 140.0
  static let startAxialErrorMM = 8.0
  static let vesselTaperPerMM = 0.003
  static let arteryStretchMM = 0.05

  // Catheters
  static let sendShaftRadiusMM = 1.0
  static let emitterRadiusMM = 0.9
  static let emitterSideMM = 1.0
  static let baffleLeak = 0.03
  static let needleAxialOffsetMM = 0.3
  static let needleThrowMM = 12.0
  static let needleDistanceMinMM = 1.5
  static let receiveShaftRadiusMM = 0.75
  static let lumenOffsetShare = 0.5

  // Rig
  static let matchedFilterGainDB = 5.5
  static let reachableSNRDB = 18.0
  static let reachableCalciumLossDB = 5.0
  static let carrierMHz = 10.0
  static let fractionalBandwidth = 0.6
  static let referenceDistanceMM = 5.0
  static let referenceAmplitudeLSB = 2000.0
  static let referenceMedium = Medium.blood
  static let adcBits = 14.0
  /// Highest code of the converter.
  static let adcTop = 8191.0
  static let handleTurnMaxDegPerS = 180.0
  static let handleMoveMaxMMPerS = 20.0
  static let feedThroughLSB = 6000.0
  static let feedThroughDecayUS = 0.12
  static let feedThroughTaperUS = 0.6
  static let feedThroughEndUS = 0.8
  static let arteryWallEcho = 0.10
  static let veinWallEcho = 0.15
  static let tripleTransitEcho = 0.10
  static let tremorCentreHz = 8.0
  static let tremorSpreadHz = 2.0
  static let electrosurgeryLSB = 600.0
  static let electrosurgeryFundamentalMHz = 0.5
  static let electrosurgeryBurstHz = 30_000.0
  static let electrosurgeryDecayUS = 6.0
  static let electrosurgeryDuty = 0.6
  static let electrosurgeryModulationHz = 100.0
}

extension Medium {
  /// Speed of sound in m/s; attenuation `linear · f^exponent + quadratic · f²` in dB/cm, f in MHz.
  struct Acoustics {
    var soundSpeedMPerS, linear, exponent, quadratic: Double
  }

  var acoustics: Acoustics {
    switch self {
    case .blood:
      Acoustics(soundSpeedMPerS: 1570, linear: 0.15, exponent: 1.2, quadratic: 0)
    case .water:
      Acoustics(soundSpeedMPerS: 1482.5, linear: 0, exponent: 1, quadratic: 0.0022)
    case .warmWater:
      Acoustics(soundSpeedMPerS: 1523.9, linear: 0, exponent: 1, quadratic: 0.0022)
    case .agar:
      Acoustics(soundSpeedMPerS: 1547.4, linear: 0.40, exponent: 1, quadratic: 0.0076)
    case .muscle:
      Acoustics(soundSpeedMPerS: 1580, linear: 1.18, exponent: 1, quadratic: 0)
    }
  }
}
