import Foundation

/// The highest signal of the search by where the handle was, and on which sides of it the signal
/// was seen to fall.
///
/// An independent judge of the alignment knows only encoder readings. In a quick sweep the tip lags,
/// and the highest signal is found with the handle many degrees beyond the place where it comes to
/// rest on the peak. The flanks count round the reading of the highest signal, so that the guidance
/// has to know it, and to lead round it (`AlignmentSearch.lap`). Same rules as that judge, each a
/// little stricter: three frames in a row support a level, and some gain (there 0.5 dB) moves it.
struct Bracket: Hashable, Sendable {
  struct Flanks: OptionSet, Hashable, Sendable {
    var rawValue: UInt8
    static let rollBelow = Self(rawValue: 1)
    static let rollAbove = Self(rawValue: 2)
    static let levelBelow = Self(rawValue: 4)
    static let levelAbove = Self(rawValue: 8)
    static let all = Self(rawValue: 15)
  }

  /// How much more it takes to move the maximum, dB.
  let gainDB: Double
  private(set) var maximumDB: Double?
  private(set) var rollDeg = 0.0
  private(set) var levelMM = 0.0
  private(set) var flanks: Flanks = []

  /// Smoothed amplitude, linear, of the frames in a row so far, and of the last two of them in dB.
  private var smooth = 0.0
  private var frames = 0
  private var flight = 0.0
  private var recent: [Double] = []

  init(gainDB: Double) { self.gainDB = gainDB }

  /// Whether the signal was seen to fall on all four sides since its maximum last moved.
  var isComplete: Bool { maximumDB != nil && flanks == .all }

  mutating func note(_ sample: AlignmentSample) {
    guard sample.isValid else {
      frames = 0
      recent.removeAll(keepingCapacity: true)
      return noteFlank(nil, sample)
    }
    if abs(sample.timeOfFlightNS - flight) > 500 { frames = 0 }
    frames += 1
    let weight = 1 / Double(min(frames, 16))
    flight =
      frames == 1 ? sample.timeOfFlightNS : flight + (sample.timeOfFlightNS - flight) * weight
    let amplitude = pow(10, sample.amplitudeDB / 20)
    smooth = frames == 1 ? amplitude : smooth + (amplitude - smooth) * weight
    let level = 20 * log10(smooth)
    recent.append(level)
    guard recent.count >= 3 else { return }
    let supported = recent.min()!
    recent.removeFirst()
    if let maximumDB, supported <= maximumDB + gainDB { return noteFlank(level, sample) }
    let isElsewhere =
      maximumDB == nil || abs(wrapped(sample.rollDeg - rollDeg)) > 2
      || abs(sample.levelMM - levelMM) > 0.2
    if isElsewhere { flanks = [] }
    maximumDB = supported
    rollDeg = sample.rollDeg
    levelMM = sample.levelMM
  }

  private mutating func noteFlank(_ level: Double?, _ sample: AlignmentSample) {
    guard let maximumDB, level ?? -.infinity <= maximumDB - 3.2 else { return }
    let turned = wrapped(sample.rollDeg - rollDeg)
    let moved = sample.levelMM - levelMM
    // Of one axis at the most, of the one on which the place is farther off (by a tenth, here).
    let turns = abs(turned) / 2
    let moves = abs(moved) / 0.2
    if turns > 1.1 * moves, abs(moved) <= 0.45, abs(turned) >= 2.5, abs(turned) <= 59 {
      flanks.insert(turned < 0 ? .rollBelow : .rollAbove)
    }
    if moves > 1.1 * turns, abs(turned) <= 5.5, abs(moved) >= 0.22, abs(moved) <= 3.9 {
      flanks.insert(moved < 0 ? .levelBelow : .levelAbove)
    }
  }
}
