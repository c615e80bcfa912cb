import HardwareSpecs

/// The figures of the reference bench that the world is built from: the one place where it names them
/// in HardwareSpecs.
enum Reference {
  // Scenario defaults
  static var snrDB: Double { Anatomies.Signal.snrDB }
  static var separationMM: Double { Anatomies.Anatomy.separationMM }
  static var veinRadiusMM: Double { Anatomies.Anatomy.veinRadiusMM }
  static var arteryRadiusMM: Double { Anatomies.Anatomy.arteryRadiusMM }
  static var bearingDeg: Double { Anatomies.Anatomy.bearingDeg }
  static var twistDegPerCM: Double { Anatomies.Anatomy.twistDegPerCM }
  static var convergenceDeg: Double { Anatomies.Anatomy.convergenceDeg }
  static var curvatureDegPerCM: Double { Anatomies.Anatomy.curvatureDegPerCM }
  static var pulsationMM: Double { Anatomies.Anatomy.pulsationMM }
  static var pulsationHz: Double { Anatomies.Anatomy.pulsationRateHz }
  static var tremorRollDeg: Double { Anatomies.Tremor.rollDeg }
  static var tremorAxialMM: Double { Anatomies.Tremor.axialMM }
  static var backlashDeg: Double { Anatomies.Handle.backlashDeg }
  static var torqueLagS: Double { Anatomies.Handle.torqueLagS }
  static var startRollErrorDeg: Double { Anatomies.Start.rollErrorDeg }
  static var startAxialErrorMM: Double { Anatomies.Start.axialErrorMM }
  static var vesselTaperPerMM: Double { Anatomies.Anatomy.taperPercentPerMM / 100 }
  static var reachableSNRDB: Double { Anatomies.Reachable.snrMinDB }
  static var reachableCalciumLossDB: Double { Anatomies.Reachable.calciumLossMaxDB }

  // Catheters
  static var sendShaftRadiusMM: Double { Catheters.Send.shaftRadiusMM }
  static var arteryStretchMM: Double { Catheters.Send.arteryStretchMM }
  static var emitterRadiusMM: Double { Catheters.Emitter.radiusMM }
  static var emitterSideMM: Double { Catheters.Emitter.sideMM }
  static var carrierMHz: Double { Catheters.Emitter.carrierMHz }
  static var fractionalBandwidth: Double { Catheters.Emitter.fractionalBandwidth }
  static var baffleLeak: Double { Catheters.Emitter.baffleLeak }
  static var needleAxialOffsetMM: Double { Catheters.Needle.axialOffsetMM }
  static var needleThrowMM: Double { Catheters.Needle.throwMM }
  static var needleDistanceMinMM: Double { Catheters.Needle.distanceMinMM }
  static var receiveShaftRadiusMM: Double { Catheters.Receive.shaftRadiusMM }
  static var lumenOffsetShare: Double { Catheters.Lumen.offsetShare }

  // Rig
  static var referenceDistanceMM: Double { ReferenceRig.Calibration.distanceMM }
  static var referenceAmplitudeLSB: Double { ReferenceRig.Calibration.amplitudeLSB }
  static var matchedFilterGainDB: Double { ReferenceRig.Calibration.matchedFilterGainDB }
  static var adcTop: Double { ReferenceRig.Acquisition.highestCodeLSB }
  static var adcBottom: Double { ReferenceRig.Acquisition.lowestCodeLSB }
  static var handleTurnMaxDegPerS: Double { ReferenceRig.Handle.turnSpeedMaxDegPerS }
  static var handleMoveMaxMMPerS: Double { ReferenceRig.Handle.moveSpeedMaxMMPerS }
  static var axialBacklashMM: Double { ReferenceRig.Handle.axialBacklashMM }
  static var axialLagS: Double { ReferenceRig.Handle.axialLagS }
  static var tremorCentreHz: Double { ReferenceRig.Tremor.centreHz }
  static var tremorSpreadHz: Double { ReferenceRig.Tremor.spreadHz }
  static var feedThroughLSB: Double { ReferenceRig.FeedThrough.amplitudeLSB }
  static var feedThroughDecayUS: Double { ReferenceRig.FeedThrough.decayUS }
  static var feedThroughTaperUS: Double { ReferenceRig.FeedThrough.taperUS }
  static var feedThroughEndUS: Double { ReferenceRig.FeedThrough.endUS }
  static var veinWallEcho: Double { ReferenceRig.Reverberation.veinWall }
  static var arteryWallEcho: Double { ReferenceRig.Reverberation.arteryWall }
  static var tripleTransitEcho: Double { ReferenceRig.Reverberation.tripleTransit }
  static var referenceMedium: Medium { .blood }
  typealias Electrosurgery = ReferenceRig.Electrosurgery
}

extension Medium {
  /// Speed of sound in m/s; attenuation `linear · f^exponent + quadratic · f²` in dB/cm, f in MHz.
  struct Acoustics {
    var soundSpeedMPerS, linear, exponent, quadratic: Double
  }

  var acoustics: Acoustics {
    switch self {
    case .blood:
      Acoustics(
        soundSpeedMPerS: Media.Blood.soundSpeedMPerS, linear: Media.Blood.attenuationLinearDBPerCM,
        exponent: Media.Blood.attenuationExponent,
        quadratic: Media.Blood.attenuationQuadraticDBPerCM)
    case .water:
      Acoustics(
        soundSpeedMPerS: Media.Water.soundSpeedMPerS, linear: Media.Water.attenuationLinearDBPerCM,
        exponent: Media.Water.attenuationExponent,
        quadratic: Media.Water.attenuationQuadraticDBPerCM)
    case .warmWater:
      Acoustics(
        soundSpeedMPerS: Media.Water37.soundSpeedMPerS,
        linear: Media.Water37.attenuationLinearDBPerCM,
        exponent: Media.Water37.attenuationExponent,
        quadratic: Media.Water37.attenuationQuadraticDBPerCM)
    case .agar:
      Acoustics(
        soundSpeedMPerS: Media.Agar.soundSpeedMPerS, linear: Media.Agar.attenuationLinearDBPerCM,
        exponent: Media.Agar.attenuationExponent,
        quadratic: Media.Agar.attenuationQuadraticDBPerCM)
    case .muscle:
      Acoustics(
        soundSpeedMPerS: Media.Muscle.soundSpeedMPerS,
        linear: Media.Muscle.attenuationLinearDBPerCM,
        exponent: Media.Muscle.attenuationExponent,
        quadratic: Media.Muscle.attenuationQuadraticDBPerCM)
    }
  }
}
