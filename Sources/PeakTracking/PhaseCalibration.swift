/// What the carrier does at the envelope's peak, as measured: with it the time of flight is that of the
/// carrier, whose bound is several times tighter.
///
/// The phase belongs to the transducers and their electronics, and changes with them: it comes from a
/// recording of the same pair. The slope is measured as well, because a centre frequency that is 5 % off
/// costs a factor of five at 50 dB when it is taken for granted.
public struct PhaseCalibration: Hashable, Sendable {
  /// Phase at the envelope's peak, turns.
  public var phaseTurns: Double
  /// Its change from sample to sample at the matched filter's output.
  public var turnsPerSample: Double

  public init(phaseTurns: Double, turnsPerSample: Double) {
    self.phaseTurns = phaseTurns
    self.turnsPerSample = turnsPerSample
  }

  /// The mean over the valid estimates of a recording, which must have been made without a
  /// calibration; nil if there is none, or if the phases contradict one another (their mean is shorter
  /// than a half).
  public static func mean(of estimates: some Sequence<FrameEstimate>) -> PhaseCalibration? {
    var (x, y, slope, weight, count) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for estimate in estimates where estimate.isValid && !estimate.usesPhase {
      let (cosine, sine) = ElementaryMath.cosineAndSine(turns: estimate.phaseTurns)
      // The envelope's peak scatters with 1/SNR, and the phase at it with it.
      let snr = ElementaryMath.power(decibels: estimate.snrDB)
      x += snr * cosine
      y += snr * sine
      slope += snr * estimate.turnsPerSample
      weight += snr
      count += 1
    }
    guard count > 0, (x * x + y * y).squareRoot() > 0.5 * weight else { return nil }
    return PhaseCalibration(
      phaseTurns: ElementaryMath.turns(y: y, x: x), turnsPerSample: slope / weight)
  }
}
