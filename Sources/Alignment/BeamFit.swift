/// The peak of one sweep along one axis.
public struct BeamFit: Hashable, Sendable {
  public var axis: AlignmentAxis
  /// Handle position of the peak, degrees or mm, and its standard deviation.
  public var position: Double
  public var sigma: Double
  /// Amplitude at the peak, dB re one converter step.
  public var amplitudeDB: Double
  /// Half width at −6 dB, degrees or mm.
  public var halfWidth: Double
  /// Half width over the one that the beam model expects at this range.
  public var widthRatio: Double
  /// Range at the peak, mm, and its standard deviation.
  public var rangeMM: Double
  public var sigmaRangeMM: Double
  /// Speed of the handle over the peak, degrees/s or mm/s, signed.
  public var speed: Double
  /// Mean position on the other axis while the peak was passed.
  public var otherPosition: Double
  /// How far the sweep fell below the peak on its low and its high side, dB.
  public var dropLowDB: Double
  public var dropHighDB: Double
  /// Samples that were fitted, and the share of them that the robust loss cast out.
  public var sampleCount: Int
  public var outlierShare: Double

  /// Fits the main lobe to the valid samples of one sweep; nil when there is nothing to fit: too
  /// few valid samples, no spread in position, or a peak outside what was swept.
  public static func fit(
    _ samples: [AlignmentSample], axis: AlignmentAxis, beam: BeamModel
  ) -> BeamFit? {
    nil
  }
}
