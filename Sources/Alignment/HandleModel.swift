/// What several sweeps of one axis say together about where the tip's peak is, and how the tip
/// follows the handle.
///
/// A tip with play `b` and first-order lag `τ`, swept steadily at speed `v` (signed), passes its
/// peak `p` when the handle is at p + sign(v)·b/2 + v·τ. Over sweeps in both directions and at
/// different speeds this is linear in p, b and τ; with it the drift of the peak along the other
/// axis (vessels spiral). Solved by least squares together with what is believed beforehand. Play or lag
/// that comes out negative is given as zero, and peak and drift stay as they are: after the first sweeps a
/// negative play is a drift that is not known yet, and to solve anew without it throws that on the peak
/// (a slack handle in tremor then takes 80 s to align instead of 47, median of 16 seeds).
package struct HandleModel: Hashable, Sendable {
  /// Tip position of the peak at `reference` on the other axis.
  package var peak: Double
  package var sigma: Double
  /// Change of the peak per unit of the other axis.
  package var drift: Double
  /// Play, in units of the axis, and lag, s, with their standard deviations.
  package var backlash: Double
  package var sigmaBacklash: Double
  package var lag: Double
  package var sigmaLag: Double
  package var reference: Double

  package struct Beliefs {
    package var backlash: Double
    package var backlashSigma: Double
    package var lag: Double
    package var lagSigma: Double
    package var driftSigma: Double
    /// Tremor and heart beat: what one sweep scatters beyond its own noise.
    package var floor: Double

    package static func roll(_ configuration: AlignmentConfiguration) -> Self {
      Self(
        backlash: configuration.backlashPriorDeg,
        backlashSigma: configuration.backlashPriorSigmaDeg, lag: configuration.lagPriorSeconds,
        lagSigma: configuration.lagPriorSigmaSeconds, driftSigma: 2, floor: 0.35)
    }

    /// Along the level the shaft is stiff: little play, little lag.
    package static let level = Self(
      backlash: 0.05, backlashSigma: 0.08, lag: 0.02, lagSigma: 0.04, driftSigma: 0.01,
      floor: 0.025)
  }

  /// Nil when there is no sweep.
  package init?(_ sweeps: [BeamFit], reference: Double, beliefs: Beliefs) {
    guard !sweeps.isEmpty else { return nil }
    var normal = Normal(4)
    // Solve around the first sweep: positions may be thousands of degrees.
    let origin = sweeps[0].position
    for sweep in sweeps {
      // A tip that has not yet come to a steady lag is off in proportion to the speed.
      let fast = 0.010 * sweep.speed
      let variance = sweep.sigma * sweep.sigma + beliefs.floor * beliefs.floor + fast * fast
      normal.add(
        [
          1, sweep.otherPosition - reference, sweep.speed < 0 ? -0.5 : 0.5, sweep.speed,
        ], sweep.position - origin, weight: 1 / variance)
    }
    normal.add([0, 1, 0, 0], 0, weight: 1 / (beliefs.driftSigma * beliefs.driftSigma))
    normal.add(
      [0, 0, 1, 0], beliefs.backlash, weight: 1 / (beliefs.backlashSigma * beliefs.backlashSigma))
    normal.add([0, 0, 0, 1], beliefs.lag, weight: 1 / (beliefs.lagSigma * beliefs.lagSigma))
    guard let solution = normal.solve(), let variance = normal.inverseDiagonal(0), variance > 0,
      let ofPlay = normal.inverseDiagonal(2), ofPlay > 0,
      let ofLag = normal.inverseDiagonal(3), ofLag > 0
    else { return nil }
    peak = origin + solution[0]
    sigma = variance.squareRoot()
    drift = solution[1]
    backlash = max(0, solution[2])
    sigmaBacklash = ofPlay.squareRoot()
    lag = max(0, solution[3])
    sigmaLag = ofLag.squareRoot()
    self.reference = reference
  }

  /// Where the handle is when the tip passes its peak at a steady speed.
  func handle(atSpeed speed: Double, other: Double) -> Double {
    peak + drift * (other - reference) + (speed < 0 ? -0.5 : 0.5) * backlash + speed * lag
  }

  /// Where to leave the handle so that the tip rests on its peak, approached in `direction`.
  func rest(direction: Double, other: Double) -> Double {
    peak + drift * (other - reference) + (direction < 0 ? -0.5 : 0.5) * backlash
  }
}
