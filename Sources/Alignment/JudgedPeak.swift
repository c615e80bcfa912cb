/// What an independent judge of the alignment holds for the peak at this moment.
///
/// The judge knows only encoder readings. In a quick sweep the tip lags, and the highest signal is found
/// with the handle many degrees beyond the place where it comes to rest on the peak. The sides on which
/// the signal falls count round that reading, so that the guidance has to know it.
public struct JudgedPeak: Hashable, Sendable {
  /// Where the handle was at the highest signal that the judge saw.
  public var highest: HandlePosition
  /// Whether it saw the signal fall on all four sides of that.
  public var isBracketed: Bool
  /// The least amplitude, dB, that it takes for the peak when the handle is held.
  public var leastDB: Double

  public init(highest: HandlePosition, isBracketed: Bool, leastDB: Double) {
    self.highest = highest
    self.isBracketed = isBracketed
    self.leastDB = leastDB
  }
}
