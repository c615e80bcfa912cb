import ArgumentParser
import ControlRuntime
import Foundation
import HardwareSpecs
import Logging
import PeakTracking
import Quantities
import Recording
import Scenarios

struct TrackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "track",
    abstract: "Run the peak tracker on recorded lines.",
    discussion: """
      Reads an acquisition of the open un0rick console (.npz) and gives one line of result for \
      each recorded line: time of flight, amplitude and SNR with the standard deviation of each, and why \
      a line is not valid. Deviations are the Cramér–Rao bounds at the SNR that the line measured, and \
      what a measured SNR and a measured noise are too good by.

      Examples:
        peakgate track recording.npz --carrier-mhz 3.2 --blank-us 15
        peakgate track recording.npz --carrier-mhz 3.2 --blank-us 15 --json
        peakgate track recording.npz --carrier-mhz 3.2 --blank-us 15 --phase 8
        peakgate track recording.npz --carrier-mhz 3.2 --blank-us 15 --false-alarms 1e-6

      Exit codes: 0 at least one line is valid, 1 none is, 4 usage, or a file that is truncated, \
      empty or foreign.
      """)

  @Argument(
    help: ArgumentHelp("The recording.", valueName: "file"),
    completion: .file(extensions: ["npz"]))
  var recording: String

  @Option(help: "Carrier of the transmitted pulse, MHz.")
  var carrierMhz = Catheters.Emitter.carrierMHz

  @Option(help: "Ignore what comes before this time: the ring-down of the pulse, µs.")
  var blankUs = ReferenceRig.Acquisition.blankUntilNS * 1e-3

  @Option(
    name: .customLong("phase"),
    help: ArgumentHelp(
      "Calibrate pulse and carrier phase on so many of the first lines, and track by them.",
      discussion:
        "Finer, up to an offset that all times have in common. A pulse of more than 340 samples "
        + "(0.9 MHz at 64 MS/s) is too long.", valueName: "lines"))
  var phaseLines = 0

  @Option(
    help: ArgumentHelp(
      "False alarms that noise alone may give in a line, 1e-12 to 1; sets the detection threshold.",
      discussion: "Without it the threshold is 16 dB; see the page Accuracy.", valueName: "number"))
  var falseAlarms: Double?

  @Flag(help: "Print JSON: an object with lines and summary.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard carrierMhz.isFinite, carrierMhz > 0, carrierMhz <= 1_000 else {
      throw ValidationError("--carrier-mhz must be above 0 and at most 1000, not \(carrierMhz)")
    }
    guard blankUs.isFinite, (0...1e6).contains(blankUs) else {
      throw ValidationError("--blank-us must be 0 to 1000000, not \(blankUs)")
    }
    guard phaseLines >= 0 else {
      throw ValidationError("--phase must be a number of lines, not \(phaseLines)")
    }
    if let falseAlarms, !DetectionLimit.falseAlarms.contains(falseAlarms) {
      throw ValidationError(
        "--false-alarms must be 1e-12 to 1 a line, for example 1e-6, not \(falseAlarms)")
    }
  }

  func run() throws {
    let result: RecordedTracking.Result
    do throws(RecordingError) {
      let lines = try RecordedLines(un0rick: try NumpyArchive(path: recording))
      common.logger("track").debug("\(lines.lineCount) lines of \(lines.samplesPerLine) samples")
      result = try RecordedTracking(
        carrierHz: carrierMhz * 1e6,
        blankUntil: Nanoseconds(Int64((blankUs * 1_000).rounded())), phaseLines: phaseLines,
        falseAlarmsPerLine: falseAlarms
      ).track(lines)
    } catch {
      throw CommandEnd(.usage, "\(error)")
    }
    if json {
      Terminal.write(String(decoding: try ResultsJSON.data(result), as: UTF8.self), to: 1)
    } else {
      Terminal.write(table(result), to: 1)
    }
    guard result.summary.valid > 0 else {
      throw CommandEnd(
        .failed, "\(recording): no line is valid; check --carrier-mhz and --blank-us")
    }
  }

  private func table(_ result: RecordedTracking.Result) -> String {
    var rows = [
      ["line", "flight µs", "± ns", "amplitude dB", "± dB", "SNR dB", "± dB", "valid"]
    ]
    for line in result.lines {
      rows.append([
        "\(line.line)", BenchWords.number(line.time_of_flight_us, 4),
        BenchWords.number(line.sigma_ns, 2), BenchWords.number(line.amplitude_db, 2),
        BenchWords.number(line.sigma_amplitude_db, 2), BenchWords.number(line.snr_db, 1),
        BenchWords.number(line.sigma_snr_db, 1),
        line.valid ? "yes" : "no: \(line.reasons.joined(separator: ", "))",
      ])
    }
    let summary = result.summary
    var pulse = ""
    if let carrier = result.measured_carrier_mhz, let bandwidth = result.measured_bandwidth {
      pulse =
        "\nmeasured pulse: \(BenchWords.number(carrier, 3)) MHz, "
        + "bandwidth \(BenchWords.number(100 * bandwidth, 0)) %"
    }
    var text = TextTable(rows, numeric: [0, 1, 2, 3, 4, 5, 6]).text
    text += "\n\n\(summary.valid) of \(summary.lines) lines valid"
    if let mean = summary.mean_us { text += ", mean \(BenchWords.number(mean, 4)) µs" }
    if let apart = summary.even_minus_odd_ns {
      text += ", even minus odd \(BenchWords.number(apart, 2)) ns"
    }
    if let even = summary.even_sd_ns, let odd = summary.odd_sd_ns {
      text +=
        ", standard deviations \(BenchWords.number(even, 2)) and \(BenchWords.number(odd, 2)) ns"
    }
    text += "\nthreshold \(BenchWords.number(result.detection_threshold_db, 2)) dB"
    if let alarms = result.false_alarms_per_line { text += ": \(alarms) false alarms a line" }
    return text + pulse + "\n"
  }
}
