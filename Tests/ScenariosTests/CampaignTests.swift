import Foundation
import Scenarios
import Testing

@Suite struct CampaignTests {
  /// Figures calculated apart from this code, in Python.
  @Test(arguments: [
    (0, 10, 0, 0.27753280), (10, 10, 0.72246720, 1), (5, 10, 0.23659309, 0.76340691),
    (95, 100, 0.88824953, 0.97845632), (1, 1, 0.20654931, 1), (499, 500, 0.98875929, 0.99964686),
  ])
  func wilsonIntervalsAgreeWithAnotherCalculation(
    successes: Int, trials: Int, low: Double, high: Double
  ) {
    let wilson = WilsonInterval(successes: successes, trials: trials)
    #expect(abs(wilson.low - low) < 5e-7, "\(wilson)")
    #expect(abs(wilson.high - high) < 5e-7, "\(wilson)")
  }

  @Test func wilsonIntervalsHoldTheShareAndStayWithinZeroAndOne() {
    for trials in 1...60 {
      for successes in 0...trials {
        let wilson = WilsonInterval(successes: successes, trials: trials)
        let share = Double(successes) / Double(trials)
        #expect(wilson.low >= 0 && wilson.high <= 1)
        #expect(wilson.low <= share && share <= wilson.high)
        let mirror = WilsonInterval(successes: trials - successes, trials: trials)
        #expect(abs(mirror.low - (1 - wilson.high)) < 1e-12)
      }
    }
    let nothing = WilsonInterval(successes: 0, trials: 0)
    #expect(nothing.low == 0 && nothing.high == 1 && nothing.share == nil)
  }

  @Test func percentilesAreThoseOfNumPy() {
    #expect(percentile(0.5, of: [4, 1, 3, 2]) == 2.5)
    #expect(abs((percentile(0.95, of: (1...20).map(Double.init)) ?? 0) - 19.05) < 1e-12)
    #expect(percentile(0, of: [3, 1]) == 1)
    #expect(percentile(1, of: [3, 1]) == 3)
    #expect(percentile(0.5, of: [7]) == 7)
    #expect(percentile(0.5, of: []) == nil)
    #expect(percentile(0.5, of: [.nan, 7, .infinity]) == 7)
  }

  let trials = [
    TrialResult(
      seed: 11, reachable: true, opened: true, openedInVein: true, crossed: true, unsafeEnables: 0,
      timeToAlign: 30, failure: nil),
    TrialResult(
      seed: 12, reachable: true, opened: false, openedInVein: false, crossed: false,
      unsafeEnables: 0, timeToAlign: nil, failure: "signal.snr"),
    TrialResult(
      seed: 13, reachable: false, opened: false, openedInVein: false, crossed: false,
      unsafeEnables: 0, timeToAlign: nil, failure: "unreachable.too_far"),
    TrialResult(
      seed: 14, reachable: true, opened: true, openedInVein: false, crossed: false,
      unsafeEnables: 2, timeToAlign: 50, failure: "signal.snr"),
  ]

  @Test func theSummaryCountsWhatItSays() throws {
    let summary = CampaignSummary(trials)
    #expect(summary.trials == 4)
    #expect(summary.reachable == 3)
    #expect(summary.opened == 2)
    #expect(summary.openedInVein == 1)
    #expect(summary.crossed == 1)
    #expect(summary.unsafeEnables == 2)
    #expect(summary.timeToAlign.p50 == 40)
    #expect(summary.timeToAlign.p95 == 49)
    #expect(summary.failures == ["signal.snr": 2, "unreachable.too_far": 1])
    #expect(summary.failureSeeds == [12, 13, 14])
    let json = try #require(
      try JSONSerialization.jsonObject(with: ResultsJSON.data(summary)) as? [String: Any])
    #expect(
      json.keys.sorted() == [
        "crossed", "failure_seeds", "failures", "opened", "opened_in_vein", "reachable",
        "time_to_align_s", "trials", "unsafe_enables",
      ])
    let back = try JSONDecoder().decode(CampaignSummary.self, from: ResultsJSON.data(summary))
    #expect(back == summary)
  }

  @Test func theTableShowsSharesWithIntervalsAndTheCommonestFailureFirst() throws {
    let lines = "\(CampaignTable(CampaignSummary(trials)))".split(separator: "\n").map(String.init)
    let crossed = try #require(lines.first { $0.hasPrefix("aligned and crossed") })
    #expect(crossed.contains("33.33 %") && crossed.contains("6.15 % to 79.23 %"), "\(crossed)")
    #expect(lines.contains { $0.hasPrefix("unsafe enables") && $0.hasSuffix(" 2") })
    let failures = lines.filter { $0.hasPrefix("not crossed") }
    #expect(failures.first?.contains("signal.snr") == true && failures.count == 2)
    #expect(!lines.contains { $0.hasSuffix(" ") })
  }

  @Test func aCampaignWithoutTrialsHasATableToo() {
    let text = "\(CampaignTable(CampaignSummary([])))"
    #expect(text.contains("–"))
    #expect(!text.contains("nan"))
  }
}
