import PeakTracking
import Quantities
import Recording

/// The tracker on recorded lines: each line a frame of its own.
public struct RecordedTracking: Sendable {
  public var carrierHz: Double
  public var fractionalBandwidth: Double
  /// Samples before this time hold the transmit pulse's ring-down.
  public var blankUntil: Nanoseconds
  /// So many of the first lines calibrate the pulse (its carrier and bandwidth, from the mean of them)
  /// and the carrier's phase, with which all are then tracked; 0 tracks the envelope of the pulse given.
  /// What they have in common, an offset of all times, is not seen this way.
  public var phaseLines: Int
  /// False alarms that noise alone may give in a line, which sets the detection threshold; nil leaves
  /// the tracker's own, `TrackerConfiguration.detectionThresholdDB`.
  public var falseAlarmsPerLine: Double?

  public init(
    carrierHz: Double, fractionalBandwidth: Double = 0.6, blankUntil: Nanoseconds,
    phaseLines: Int = 0, falseAlarmsPerLine: Double? = nil
  ) {
    self.carrierHz = carrierHz
    self.fractionalBandwidth = fractionalBandwidth
    self.blankUntil = blankUntil
    self.phaseLines = phaseLines
    self.falseAlarmsPerLine = falseAlarmsPerLine
  }

  /// What one line gave. The time of flight is the sample index over the sample rate, raw: in an
  /// interleaved recording a sample of an odd line was taken half a clock later than its index
  /// says, so its echoes appear half a clock *earlier* (7.8 ns at 64 MS/s) than in an even line.
  public struct Line: Codable, Hashable, Sendable {
    public var line: Int
    public var time_of_flight_us: Double
    /// Peak of the envelope, in the converter's codes and in dB re 1 code.
    public var amplitude: Double
    public var amplitude_db: Double
    public var snr_db: Double
    /// Standard deviations as the estimate states them: the Cramér–Rao bounds at this SNR, and what a
    /// measured SNR and a measured noise are too good by.
    public var sigma_ns: Double
    public var sigma_amplitude_db: Double
    public var sigma_snr_db: Double
    /// The time of flight is that of the carrier.
    public var uses_phase: Bool
    public var valid: Bool
    /// Why it is not valid; empty if it is.
    public var reasons: [String]
  }

  /// Over the valid lines; nil where fewer than the figure needs are valid.
  public struct Summary: Codable, Hashable, Sendable {
    public var lines: Int
    public var valid: Int
    public var mean_us: Double?
    public var even_mean_us: Double?
    public var odd_mean_us: Double?
    /// Even mean minus odd mean: half a clock in an interleaved recording, 0 otherwise.
    public var even_minus_odd_ns: Double?
    /// Standard deviations (n − 1).
    public var even_sd_ns: Double?
    public var odd_sd_ns: Double?
  }

  public struct Result: Codable, Hashable, Sendable {
    /// Least SNR of an arrival, and the false alarms a line that it was asked for by, if it was.
    public var detection_threshold_db: Double
    public var false_alarms_per_line: Double?
    /// What the first lines gave, where it was asked for.
    public var phase_turns: Double?
    public var turns_per_sample: Double?
    public var measured_carrier_mhz: Double?
    public var measured_bandwidth: Double?
    public var lines: [Line]
    public var summary: Summary
  }

  /// Estimates every line; throws when the settings do not fit the recording.
  public func track(_ recording: RecordedLines) throws(RecordingError) -> Result {
    var settings = TrackerConfiguration(
      pulse: PulseShape(
        carrierHz: carrierHz, fractionalBandwidth: fractionalBandwidth,
        sampleRateHz: recording.sampleRateHz),
      sampleCount: recording.samplesPerLine, blankUntil: blankUntil,
      fullScale: recording.fullScale)
    try limitFalseAlarms(of: &settings, recording)
    let given = settings.pulse
    if phaseLines > 0 {
      var mean = AveragedPulse(settings)
      for (index, e) in try Self.estimates(recording, settings, lines: phaseLines).enumerated() {
        recording.withLine(index) { _ = mean.add($0, e) }
      }
      do { settings.listen(for: try mean.template()) } catch {
        throw RecordingError(
          file: recording.file,
          what: "--phase cannot calibrate on the first \(phaseLines) lines: \(error.explanation)",
          remedy: error.remedy)
      }
      try limitFalseAlarms(of: &settings, recording)
      let first = try Self.estimates(recording, settings, lines: phaseLines)
      settings.phase = PhaseCalibration.mean(of: first)
      guard settings.phase != nil else {
        throw RecordingError(
          file: recording.file,
          what: "the first \(first.count) lines give no common phase of the carrier",
          remedy: "track the envelope, or check carrier and blanking")
      }
    }
    let lines = try Self.estimates(recording, settings, lines: recording.lineCount).enumerated()
      .map { index, e in
        Line(
          line: index, time_of_flight_us: e.timeOfFlightNS * 1e-3, amplitude: e.amplitude,
          amplitude_db: e.amplitudeDB, snr_db: e.snrDB, sigma_ns: e.sigmaTimeNS,
          sigma_amplitude_db: e.sigmaAmplitudeDB, sigma_snr_db: e.sigmaSNRDB,
          uses_phase: e.usesPhase, valid: e.isValid, reasons: e.reasons.names)
      }
    return Result(
      detection_threshold_db: settings.detectionThresholdDB,
      false_alarms_per_line: falseAlarmsPerLine, phase_turns: settings.phase?.phaseTurns,
      turns_per_sample: settings.phase?.turnsPerSample,
      measured_carrier_mhz: settings.pulse == given ? nil : settings.pulse.carrierHz * 1e-6,
      measured_bandwidth: settings.pulse == given ? nil : settings.pulse.fractionalBandwidth,
      lines: lines, summary: Summary(lines))
  }

  private func limitFalseAlarms(
    of settings: inout TrackerConfiguration, _ recording: RecordedLines
  ) throws(RecordingError) {
    guard let falseAlarmsPerLine else { return }
    do { try settings.limitFalseAlarms(perFrame: falseAlarmsPerLine) } catch {
      throw RecordingError(
        file: recording.file,
        what: "cannot be tracked with \(falseAlarmsPerLine) false alarms a line: "
          + error.explanation, remedy: "give a number such as 1e-6, or none for the usual threshold"
      )
    }
  }

  private static func estimates(
    _ recording: RecordedLines, _ settings: TrackerConfiguration, lines: Int
  ) throws(RecordingError) -> [FrameEstimate] {
    var estimator: FrameEstimator
    do { estimator = try FrameEstimator(settings) } catch {
      throw RecordingError(
        file: recording.file, what: "cannot be tracked: \(error.explanation)",
        remedy: "check the carrier, the blanking and the number of samples a line")
    }
    var estimates: [FrameEstimate] = []
    for index in 0..<min(lines, recording.lineCount) {
      estimates.append(recording.withLine(index) { estimator.estimate($0) })
    }
    return estimates
  }
}

extension RecordedTracking.Summary {
  public init(_ all: [RecordedTracking.Line]) {
    func statistics(_ parity: Int?) -> (mean: Double?, deviation: Double?) {
      let times = all.filter { $0.valid && (parity == nil || $0.line % 2 == parity) }
        .map(\.time_of_flight_us)
      guard !times.isEmpty else { return (nil, nil) }
      let mean = times.reduce(0, +) / Double(times.count)
      guard times.count > 1 else { return (mean, nil) }
      let squares = times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(times.count - 1)).squareRoot() * 1e3)
    }
    let even = statistics(0)
    let odd = statistics(1)
    lines = all.count
    valid = all.count { $0.valid }
    mean_us = statistics(nil).mean
    even_mean_us = even.mean
    odd_mean_us = odd.mean
    even_minus_odd_ns =
      if let a = even.mean, let b = odd.mean { (a - b) * 1e3 } else { nil }
    even_sd_ns = even.deviation
    odd_sd_ns = odd.deviation
  }
}

extension InvalidReasons {
  /// Every reason that holds, by name.
  public var names: [String] {
    (0..<Self.count).compactMap { bit in
      guard contains(Self(rawValue: 1 << UInt16(bit))), let name = Self.name(ofBit: bit) else {
        return nil
      }
      return "\(name)"
    }
  }
}

extension PulseTemplateError {
  /// In words.
  public var explanation: String {
    switch self {
    case .noPulse: "none of them shows a pulse"
    case .tooLong(let samples):
      "a pulse of this carrier fills \(samples) samples with what is kept beside it, a template holds "
        + "\(PulseTemplate.longest)"
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .noPulse: "track the envelope, without --phase, or check carrier and blanking"
    case .tooLong: "track the envelope, without --phase, or check the carrier"
    }
  }
}

extension TrackerConfigurationError {
  /// In words.
  public var explanation: String {
    switch self {
    case .pulse: "no pulse of this carrier and bandwidth can be sampled at this rate"
    case .sampleCount: "the number of samples is not within 1 ... 262,144"
    case .fullScale: "the full scale is not within 2 ... 32,767"
    case .threshold: "a threshold is not within 0 ... 100 dB"
    case .falseAlarms: "false alarms a frame are not within 1e-12 ... 1"
    case .phase: "the calibrated phase does not turn by 0 to ½ a sample"
    case .gateTooShort(let samples, let needed):
      "the gate holds \(samples) samples, a pulse and its noise need \(needed)"
    }
  }
}
