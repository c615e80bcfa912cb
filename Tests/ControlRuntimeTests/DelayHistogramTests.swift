import ControlRuntime
import Quantities
import TestSupport
import Testing

@Suite struct DelayHistogramTests {
  @Test func quantilesAreThoseOfTheSortedDelaysToASixtyFourth() {
    var random = SplitMix64(seed: 61)
    var histogram = DelayHistogram()
    var delays: [Int64] = []
    for _ in 0..<10_000 {
      // Over eight decades, so that every octave is used.
      let exponent = random.uniform() * 8
      var delay = 3.0
      for _ in 0..<Int(exponent) { delay *= 10 }
      let value = Int64(delay * (1 + 9 * random.uniform()))
      delays.append(value)
      histogram.note(Nanoseconds(value))
    }
    delays.sort()
    #expect(histogram.count == 10_000)
    #expect(histogram.longest.count == delays[9_999])
    for share in [0.001, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = delays[Int((share * 10_000).rounded(.up)) - 1]
      let stated = histogram.quantile(share)?.count ?? -1
      #expect(stated >= exact, "never better than it was: \(share), seed 61")
      #expect(Double(stated) <= Double(exact) * (1 + 1.0 / 64) + 1, "\(share), seed 61")
    }
  }

  @Test func shortDelaysAreExactAndWildOnesStillCount() {
    var histogram = DelayHistogram()
    #expect(histogram.quantile(0.5) == nil)
    for delay in [-5, 0, 7, 63, Int64.max] { histogram.note(Nanoseconds(delay)) }
    #expect(histogram.count == 5)
    #expect(histogram.quantile(0.2)?.count == 0)
    #expect(histogram.quantile(0.6)?.count == 7)
    #expect(histogram.quantile(0.8)?.count == 63)
    #expect(histogram.longest.count == .max)
  }
}
