import Quantities

/// What the firmware reads from the board in one round.
public struct Pins: Equatable, Sendable {
  /// The contact that closes when the enable switch is pressed.
  public var switchNormallyOpen = false
  /// The contact that opens when the enable switch is pressed.
  public var switchNormallyClosed = true
  /// The emergency stop chain is closed.
  public var isEstopOK = true
  /// The drive's enable line, read back behind its switch.
  public var driveLine = false
  public var needleDepth = Micrometres.zero
  public var handleRoll = Millidegrees.zero
  public var handleLevel = Micrometres.zero
  public var supplyMillivolts: UInt16 = 5_000
  /// Hundredths of a degree Celsius.
  public var temperature: Int16 = 3_500
  /// Gain measured on the reference input.
  public var measuredGain = CentiDecibels.zero
  public var isImageIntact = true
  public var isConverterFit = true
  public var isEmitterFit = true
  /// A fresh random number for the next connection's nonce.
  public var entropy: UInt32 = 0

  public init() {}
}

/// What the firmware drives. All off is the state of reset.
public struct Outputs: Equatable, Sendable {
  /// The drive's enable output (advance).
  public var driveEnable = false
  /// The relay in series with the drive; open whenever the console is tripped.
  public var isRelayClosed = false
  /// Speed of the needle in µm/s, outward positive.
  public var needleSpeed: Int32 = 0

  public init() {}
}
