/// The shape of a transmitted burst as the receiver samples it: a carrier under a Gaussian envelope.
public struct PulseShape: Hashable, Sendable {
  /// Carrier, Hz.
  public var carrierHz: Double
  /// Full width of the amplitude spectrum at −6 dB, as a fraction of the carrier (0.6 is 60 %).
  public var fractionalBandwidth: Double
  /// Samples a second.
  public var sampleRateHz: Double

  public init(carrierHz: Double, fractionalBandwidth: Double, sampleRateHz: Double) {
    self.carrierHz = carrierHz
    self.fractionalBandwidth = fractionalBandwidth
    self.sampleRateHz = sampleRateHz
  }

  /// Standard deviation of the envelope in time, in samples.
  ///
  /// A Gaussian of standard deviation σ_f in frequency falls to 10^(−0.3) at 1.17539 σ_f, and
  /// σ_t = 1/(2π σ_f).
  public var envelopeSigmaSamples: Double {
    let sigmaHz = carrierHz * fractionalBandwidth / 2 / 1.175_393_6
    return sampleRateHz / (6.283_185_307_179_586 * sigmaHz)
  }

  /// Samples on either side of the middle within four standard deviations of the envelope, where
  /// it has fallen to 0.03 %.
  public var halfLength: Int { Int((envelopeSigmaSamples * 4).rounded(.up)) }

  /// Length of one sample, ns.
  public var samplePeriodNS: Double { 1e9 / sampleRateHz }

  /// The least standard deviation with which any estimator finds the envelope's peak (Cramér–Rao),
  /// ns, for a matched-filter `snr` (peak² ÷ variance of one quadrature, = 2E/N0).
  ///
  /// σ ≥ 1/(2π B_rms √(2E/N0)), and a Gaussian pulse has 2π B_rms = 1/(√2 σ_t). The carrier's
  /// phase is taken as unknown.
  public func timeBoundNS(snr: Double) -> Double {
    envelopeSigmaSamples * samplePeriodNS * 1.414_213_562_373_095_1 / snr.squareRoot()
  }

  /// The same when the carrier's phase is known: σ ≥ 1/(2π √(f² + B_rms²) √(2E/N0)), f being the
  /// carrier as it arrives, `turnsPerSample`.
  public func coherentBoundNS(snr: Double, turnsPerSample: Double) -> Double {
    let slope = 6.283_185_307_179_586 * turnsPerSample
    let spread = 1 / (2 * envelopeSigmaSamples * envelopeSigmaSamples)
    return samplePeriodNS / ((slope * slope + spread) * snr).squareRoot()
  }

  /// The pulse of unit amplitude at `offset` samples from its middle, with the carrier at `phase`
  /// turns there.
  package func sample(at offset: Double, phase: Double) -> Double {
    let x = offset / envelopeSigmaSamples
    let turns = carrierHz / sampleRateHz * offset + phase
    return ElementaryMath.exp(-0.5 * x * x) * ElementaryMath.cosineAndSine(turns: turns).cosine
  }
}
