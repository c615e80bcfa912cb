import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities

/// Where the handle was while something was heard, thinned so that it never outgrows its room.
struct SweepHistory: Sendable {
  struct Sample: Codable, Equatable, Sendable {
    var rollDeg: Double
    var levelMM: Double
    var amplitudeDB: Double
  }

  static let capacity = 360
  private(set) var samples: [Sample] = []
  private var spacing = (rollDeg: 0.5, levelMM: 0.02)

  mutating func begin() { self = SweepHistory() }

  /// Takes a frame whose estimate is valid, if the handle is far enough from the last one.
  mutating func add(_ frame: TrackedFrame) {
    guard frame.estimate.isValid, frame.estimate.amplitudeDB.isFinite else { return }
    let sample = Sample(
      rollDeg: frame.header.handleRoll.degrees, levelMM: frame.header.handleLevel.millimetres,
      amplitudeDB: frame.estimate.amplitudeDB - frame.header.gain.decibels)
    if let last = samples.last, abs(last.rollDeg - sample.rollDeg) < spacing.rollDeg,
      abs(last.levelMM - sample.levelMM) < spacing.levelMM
    {
      return
    }
    samples.append(sample)
    guard samples.count > Self.capacity else { return }
    // Twice as far apart from here on: the shape stays, the room too.
    samples = samples.enumerated().compactMap { $0.offset.isMultiple(of: 2) ? $0.element : nil }
    spacing = (spacing.rollDeg * 2, spacing.levelMM * 2)
  }
}
