import Quantities

/// What is fixed before a session: the console that is expected, and what a signal should be worth.
///
/// It holds no limit and no way to leave a check out (R21): limits come from the specs alone.
public struct InterlockSetup: Equatable, Sendable {
  public var serial: SerialNumber
  public var firmwareHash: UInt64
  public var specHash: UInt64
  public var linkBudget: LinkBudget
  /// The gain that the console is told to use.
  public var commandedGain: CentiDecibels

  public init(
    serial: SerialNumber, firmwareHash: UInt64, specHash: UInt64, linkBudget: LinkBudget,
    commandedGain: CentiDecibels = .zero
  ) {
    self.serial = serial
    self.firmwareHash = firmwareHash
    self.specHash = specHash
    self.linkBudget = linkBudget
    self.commandedGain = commandedGain
  }
}

/// The amplitude that an aligned emitter has at a range: what tells the main lobe from a side lobe.
///
/// A table by whole millimetres, interpolated linearly, so that the core needs no logarithm.
public struct LinkBudget: Equatable, Sendable {
  public static var knots: Int { 16 }
  private let levels: InlineArray<16, CentiDecibels>
  public let isValid: Bool

  /// - Parameter level: the on-axis amplitude at 1, 2 … 16 mm. Valid only if it stays between 0 and
  ///   120 dB and does not rise with range: by 12 dB at the most from 1 to 2 mm, where the near
  ///   field dips, and by 3 dB a step from there on.
  public init(level: (_ millimetres: Int) -> CentiDecibels) {
    var levels = InlineArray<16, CentiDecibels>(repeating: .zero)
    var plausible = true
    for index in 0..<Self.knots {
      levels[index] = level(index + 1)
      plausible = plausible && (0...12_000).contains(levels[index].count)
      if index > 0 {
        let rise = Int64(levels[index].count) - Int64(levels[index - 1].count)
        plausible = plausible && rise <= (index == 1 ? 1_200 : 300)
      }
    }
    self.levels = levels
    isValid = plausible
  }

  /// Nil outside the table, or when the table is not plausible.
  public func level(at range: Micrometres) -> CentiDecibels? {
    guard isValid, range.count >= 1_000, range.count <= Int32(Self.knots) * 1_000 else {
      return nil
    }
    let index = Int(range.count / 1_000) - 1
    let rest = range.count % 1_000
    guard rest > 0 else { return levels[index] }
    let near = levels[index].count
    let far = levels[index + 1].count
    return CentiDecibels(near + (far - near) * rest / 1_000)
  }

  public static func == (a: Self, b: Self) -> Bool {
    var equal = a.isValid == b.isValid
    for index in 0..<knots { equal = equal && a.levels[index] == b.levels[index] }
    return equal
  }
}
