import HardwareSpecs
import Quantities

/// The acquisition's settings and its pulse clock.
public struct Acquisition: Equatable, Sendable {
  public internal(set) var isConfigured = false
  public internal(set) var isStreaming = false
  public internal(set) var pulseRateHz: UInt32 = UInt32(Limits.pulseRate)
  public internal(set) var sampleRateHz: UInt32 = 64_000_000
  public internal(set) var sampleCount: UInt16 = 1_024
  public internal(set) var gain = CentiDecibels.zero
  public internal(set) var delay = Nanoseconds.zero
  /// Sequence of the newest line; the first line of a connection is number 1.
  public internal(set) var sequence: UInt32 = 0
  var due = DeviceInstant(nanoseconds: 0)

  init() {}

  /// From pulse to pulse.
  public var period: Nanoseconds { Nanoseconds(1_000_000_000 / Int64(pulseRateHz)) }

  mutating func stop() { isStreaming = false }

  /// Takes new settings, or leaves the old ones and returns false when one is out of range.
  mutating func configure(_ c: Configure) -> Bool {
    guard (1...UInt32(Limits.pulseRateMax)).contains(c.pulseRateHz),
      (1_000_000...128_000_000).contains(c.sampleRateHz),
      (64...16_384).contains(c.sampleCount),
      (-6_000...6_000).contains(c.gain.count),
      (0...1_000_000).contains(c.delay.count)
    else { return false }
    // A line must be over before the next pulse.
    let length = Int64(c.sampleCount) * 1_000_000_000 / Int64(c.sampleRateHz) + c.delay.count
    guard length < 1_000_000_000 / Int64(c.pulseRateHz) else { return false }
    pulseRateHz = c.pulseRateHz
    sampleRateHz = c.sampleRateHz
    sampleCount = c.sampleCount
    gain = c.gain
    delay = c.delay
    isConfigured = true
    return true
  }
}
