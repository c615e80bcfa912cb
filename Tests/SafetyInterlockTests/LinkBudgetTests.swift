import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// The table of on-axis amplitudes: what is plausible, and what lies between its knots.
@Suite struct LinkBudgetTests {
  /// All at `level`, but for one knot.
  static func budget(_ level: Int32, but knot: Int, _ other: Int32) -> LinkBudget {
    LinkBudget { CentiDecibels($0 == knot ? other : level) }
  }

  // R25: 0 to 120 dB, at every knot, whatever the others are.
  @Test func levelsLieBetween0And120Decibels() {
    for (level, expected) in [(Int32(-1), false), (0, true), (12_000, true), (12_001, false)] {
      #expect(LinkBudget { _ in CentiDecibels(level) }.isValid == expected, "\(level)")
    }
    for knot in 1...16 {
      #expect(!Self.budget(0, but: knot, -1).isValid, "knot \(knot)")
      #expect(!Self.budget(12_000, but: knot, 12_001).isValid, "knot \(knot)")
    }
  }

  // R25: it may rise by 12 dB from 1 to 2 mm, and by 3 dB a step from there on.
  @Test func levelsRiseByLittle() {
    for knot in 2...16 {
      let allowed: Int32 = knot == 2 ? 1_200 : 300
      for (rise, expected) in [(allowed, true), (allowed + 1, false)] {
        let budget = LinkBudget { CentiDecibels($0 < knot ? 5_000 : 5_000 + rise) }
        #expect(budget.isValid == expected, "\(rise) at \(knot) mm")
      }
    }
  }

  @Test func levelsBetweenTheKnotsAreInterpolated() {
    let gentle = LinkBudget { CentiDecibels(6_000 - 100 * Int32($0)) }
    for (range, level) in [
      (1_000, 5_900), (1_001, 5_900), (1_500, 5_850), (1_999, 5_801), (2_000, 5_800),
      (15_990, 4_401), (16_000, 4_400),
    ] as [(Int32, Int32)] {
      #expect(gentle.level(at: Micrometres(range)) == CentiDecibels(level), "\(range) µm")
    }
    let steep = Self.budget(0, but: 1, 12_000)
    for (range, level) in [(1_000, 12_000), (1_001, 11_988), (1_002, 11_976), (1_999, 12)]
      as [(Int32, Int32)]
    {
      #expect(steep.level(at: Micrometres(range)) == CentiDecibels(level), "\(range) µm")
    }
  }

  // R25
  @Test func anImplausibleTableKnowsNothing() {
    let budget = Self.budget(5_000, but: 16, 12_001)
    #expect(!budget.isValid && budget.level(at: Micrometres(4_000)) == nil)
  }

  // R25: two setups are the same only if every knot is.
  @Test func tablesAreTheSameOnlyKnotByKnot() {
    let level = LinkBudget { _ in CentiDecibels(5_000) }
    #expect(level == Self.budget(5_000, but: 1, 5_000))
    for knot in 1...16 {
      #expect(level != Self.budget(5_000, but: knot, 5_001), "knot \(knot)")
    }
  }
}
