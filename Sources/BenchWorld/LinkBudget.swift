/// How strong the aligned signal is at a distance: the world's calibration.
///
/// Full scale: on axis at 5 mm in the reference medium (blood) the envelope's top is 2000 LSB at 0 dB
/// of gain. Noise: standard deviation `snr_db` below the on-axis top at 5 mm *in the chosen medium*.
package struct LinkBudget: Sendable {
  package let soundSpeedMMPerS: Double
  /// Attenuation at the carrier in nepers per mm; the shift of the pulse's centre is neglected.
  package let nepersPerMM: Double
  /// LSB for a unit of the aperture's sum.
  package let scale: Double
  /// Thermal noise at the receiver's input, LSB per sample at 0 dB of gain.
  package let noiseSigmaLSB: Double
  private let aperture: EmitterAperture

  package init(medium: Medium, snrDB: Double) {
    func nepers(_ medium: Medium) -> Double {
      medium.attenuationDBPerCM(atMHz: Reference.carrierMHz) / 10 * 0.11512925464970229
    }
    let near = Reference.referenceDistanceMM
    let reference = Reference.referenceMedium
    aperture = EmitterAperture(medium: medium)
    soundSpeedMMPerS = medium.soundSpeedMMPerS
    nepersPerMM = nepers(medium)
    scale =
      Reference.referenceAmplitudeLSB
      / (EmitterAperture(medium: reference).onAxisEnvelope(
        atMM: near, soundSpeedMMPerS: reference.soundSpeedMMPerS)
        * Portable.exp(-nepers(reference) * near))
    let top =
      scale * aperture.onAxisEnvelope(atMM: near, soundSpeedMMPerS: soundSpeedMMPerS)
      * Portable.exp(-nepersPerMM * near)
    noiseSigmaLSB = top * Portable.ratio(dB: -snrDB)
  }

  /// Top of the envelope in LSB, on axis, at 0 dB of gain.
  package func onAxisLSB(atMM distance: Double) -> Double {
    scale * aperture.onAxisEnvelope(atMM: distance, soundSpeedMMPerS: soundSpeedMMPerS)
      * Portable.exp(-nepersPerMM * distance)
  }
}
