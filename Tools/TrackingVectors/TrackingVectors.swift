import ArgumentParser
import Foundation
import PeakTracking
import Quantities

/// Writes the golden vectors of the tracker: frames, and the bit patterns of what it makes of them.
///
/// `frames.bin` is a sequence of frames, each a header of eight little-endian Int32 (samples,
/// carrier in Hz, bandwidth in percent, samples a second, delay in ns, blanked until in ns, full
/// scale, 0) and its samples as Int16, filled up to a whole number of words. `estimates.txt` has a
/// line a frame: its name, and time of flight, amplitude, amplitude in dB, noise, SNR, the
/// deviations of time, amplitude and SNR, phase and its slope as the bit patterns of Doubles, then the
/// reasons.
@main
struct TrackingVectors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "TrackingVectors",
    abstract: "Writes the golden vectors of the tracker, with what this build computes.")

  @Option(help: "Folder to write to.")
  var output = "Tests/PeakTrackingTests/GoldenVectors"

  func run() throws {
    var frames = Data()
    var lines = ""
    for vector in VectorFrame.all {
      frames.append(vector.encoded)
      var estimator = try FrameEstimator(vector.configuration, level: .portable)
      let estimate = vector.samples.withUnsafeBufferPointer { estimator.estimate($0) }
      let numbers = [
        estimate.timeOfFlightNS, estimate.amplitude, estimate.amplitudeDB, estimate.noise,
        estimate.snrDB, estimate.sigmaTimeNS, estimate.sigmaAmplitudeDB, estimate.sigmaSNRDB,
        estimate.phaseTurns, estimate.turnsPerSample,
      ]
      let words = numbers.map { Self.hex($0.bitPattern, digits: 16) }
      let reasons = Self.hex(UInt64(estimate.reasons.rawValue), digits: 4)
      lines += ([vector.name] + words + [reasons]).joined(separator: " ") + "\n"
    }
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try frames.write(to: folder.appendingPathComponent("frames.bin"))
    try Data(lines.utf8).write(to: folder.appendingPathComponent("estimates.txt"))
    print("\(VectorFrame.all.count) frames, \(frames.count) bytes, in \(output)")
  }

  private static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
