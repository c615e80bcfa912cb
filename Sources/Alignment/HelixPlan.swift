import Foundation

/// The coarse search: one helix through all levels, walked piece by piece from the start outward.
///
/// Its pitch is what a single turn is sure to hear, given the noise that is seen and the link
/// budget. A second helix, half a turn off and no wider than the finest pitch, follows when the
/// first found nothing.
struct HelixPlan: Hashable, Sendable {
  struct Piece: Hashable, Sendable {
    /// Offsets from the start level, mm.
    var from: Double
    var to: Double
  }

  /// Pitch, mm per turn.
  var pitch: Double
  var origin: HandlePosition
  var pieces: [Piece]

  static let finestPitch = 0.9

  /// The tip hears out to some distance beyond the ends, so that three pieces reach everything: a
  /// short one ahead (the start is more likely near), all that is behind, the rest ahead.
  init(origin: HandlePosition, pitch: Double, reach: Double) {
    self.pitch = pitch
    self.origin = origin
    let near = min(reach, max(3.5, pitch))
    pieces = [Piece(from: 0, to: near), Piece(from: 0, to: -reach), Piece(from: near, to: reach)]
  }

  /// Level offset of the helix at a roll, on the turn whose level is nearest to `offset`.
  func level(roll: Double, near offset: Double) -> Double {
    let phase = (roll - origin.rollDeg) / 360
    return pitch * (phase + (offset / pitch - phase).rounded())
  }

  /// Twice the offset along the level out to which every receiver between the range limits is
  /// heard, from the main lobe and from the envelope of the side lobes, with 2 dB in hand.
  static func pitch(
    noiseDB: Double, beam: BeamModel, configuration: AlignmentConfiguration
  ) -> Double {
    var smallest = 4.0
    for step in 0...8 {
      let range =
        configuration.rangeMinMM
        + (configuration.rangeMaxMM - configuration.rangeMinMM) * Double(step) / 8
      let half = beam.halfWidth(.level, rangeMM: range)
      var offset = 0.2
      while offset < 2 {
        let slant = (range * range + offset * offset).squareRoot()
        let u = BeamModel.halfAmplitudeArgument * offset / half
        // Beyond the main lobe: the envelope 1/πu, and 3 dB for the valleys.
        let loss =
          u < 0.8 ? -20 * log10(BeamModel.sinc(u)) : max(12.6, 20 * log10(.pi * u) + 3)
        let heard = beam.onAxisAmplitudeDB(rangeMM: slant) - loss - noiseDB
        if heard < configuration.detectionSNRDB + 2 { break }
        offset += 0.05
      }
      smallest = min(smallest, 2 * offset)
    }
    return max(finestPitch, smallest)
  }
}
