/// The highest amplitude of late, as a meter shows it: it stays, and sinks slowly when nothing reaches it.
///
/// For eyes only. What alignment is held against is the interlock's own maximum, which never sinks (R04).
public struct PeakHold: Hashable, Sendable {
  /// dB a second.
  public var decay: Double
  /// dB re 1 LSB; nil before the first amplitude.
  public private(set) var amplitudeDB: Double?

  public init(decay: Double = 3) { self.decay = decay }

  /// Takes the amplitude of a valid frame, or nil for another, `seconds` after the one before.
  public mutating func update(_ newestDB: Double?, after seconds: Double) {
    let sunk = amplitudeDB.map { $0 - decay * seconds }
    guard let newestDB else {
      amplitudeDB = sunk
      return
    }
    if let sunk, sunk > newestDB { amplitudeDB = sunk } else { amplitudeDB = newestDB }
  }
}
