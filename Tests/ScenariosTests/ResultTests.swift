import Foundation
import Scenarios
import Testing

/// Facts of a run in which everything went well.
func goodFacts() -> RunFacts {
  var facts = RunFacts()
  facts.needle.depth = 5.123456
  facts.needle.inVein = true
  facts.needle.miss = 0.1
  facts.needle.travelled = 5.2
  facts.alignment.rollError = -1.5
  facts.interlock.permits = 120
  facts.interlock.refusals = ["alignment.bracketed": 40, "stream.fresh": 0]
  facts.interlock.faults = ["link.connected", "stream.fresh"]
  facts.interlock.maxFaultToOff = 21
  facts.stream.frames = 60_000
  facts.aligned = true
  facts.crossed = true
  facts.timeToAlign = 42
  facts.simulated = 61.00004999
  return facts
}

@Suite struct ExpectationTests {
  func outcome(_ expect: String, _ facts: RunFacts = goodFacts()) throws -> ScenarioOutcome {
    let scenario = try Scenario.parse("name: a\nexpect: \(expect)", file: "a.yaml")
    return ScenarioResult(of: scenario, facts: facts, seed: 1, backend: "simulated", wall: 0)
      .outcome
  }

  @Test(arguments: [
    ("{needle_in_vein: true}", "{needle_in_vein: false}"),
    ("{crossed: true}", "{crossed: false}"),
    ("{aligned: true}", "{aligned: false}"),
    ("{drive_off_at_end: true}", "{drive_off_at_end: false}"),
    ("{unsafe_enables: 0}", "{unsafe_enables: 1}"),
    ("{time_to_align_s: {max: 42}}", "{time_to_align_s: {max: 41.9}}"),
    ("{time_to_align_s: {min: 42}}", "{time_to_align_s: {min: 42.1}}"),
    ("{fault_to_off_ms: {max: 50}}", "{fault_to_off_ms: {max: 20}}"),
    ("{roll_error_deg: {max: 1.5}}", "{roll_error_deg: {max: 1.4}}"),
    ("{needle_depth_mm: {min: 5, max: 6}}", "{needle_depth_mm: {min: 6}}"),
    ("{permits: {min: 1}}", "{permits: {max: 119}}"),
    ("{frames: {min: 60000}}", "{frames: {min: 60001}}"),
    ("{lost: {max: 0}}", "{lost: {min: 1}}"),
    ("{late: {max: 0}}", "{late: {min: 1}}"),
    ("{refused_by: [alignment.bracketed]}", "{refused_by: [alignment.bracketed, stream.fresh]}"),
    ("{faults: [link.connected, stream.fresh]}", "{faults: [stream.fresh, link.connected]}"),
    ("{faults: {contains: [stream.fresh]}}", "{faults: {contains: [signal.snr]}}"),
    ("{first_fault: link.connected}", "{first_fault: stream.fresh}"),
  ])
  func eachExpectationCanHoldAndCanFail(holds: String, fails: String) throws {
    #expect(try outcome(holds) == .passed)
    #expect(try outcome(fails) == .failed)
  }

  @Test func noExpectationHoldsForWantOfAValue() throws {
    let nothing = RunFacts()
    for expect in [
      "{time_to_align_s: {max: 90}}", "{fault_to_off_ms: {max: 50}}", "{axial_error_mm: {max: 9}}",
      "{first_fault: stream.fresh}", "{refused_by: [stream.fresh]}",
    ] {
      #expect(try outcome(expect, nothing) == .failed, "\(expect)")
    }
    #expect(try outcome("{faults: []}", nothing) == .passed)
  }

  @Test func valuesThatAreNotFiniteNeverPass() throws {
    for value in [Double.nan, .infinity, -.infinity] {
      var facts = goodFacts()
      facts.timeToAlign = value
      #expect(try outcome("{time_to_align_s: {max: 90}}", facts) == .failed, "\(value)")
      #expect(!ExpectationLimit.range(min: 0, max: nil).accepts(.number(value)))
    }
  }

  /// An unsafe run stays unsafe even when the file expects it.
  @Test func unsafeEnablesAndADriveLeftOnAreNeverAPass() throws {
    var facts = goodFacts()
    facts.interlock.unsafeEnables = 1
    #expect(try outcome("{unsafe_enables: 1}", facts) == .unsafe)
    facts = goodFacts()
    facts.driveOffAtEnd = false
    #expect(try outcome("{drive_off_at_end: false}", facts) == .unsafe)
  }
}

@Suite struct ScenarioResultTests {
  func result() throws -> ScenarioResult {
    let text =
      "name: first\nexpect: {needle_in_vein: true, unsafe_enables: 0, time_to_align_s: {max: 40}}"
    return ScenarioResult(
      of: try Scenario.parse(text, file: "a.yaml"), facts: goodFacts(), seed: .max,
      backend: "simulated", wall: 1.5)
  }

  func object(_ value: some Encodable) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: ResultsJSON.data(value)) as? [String: Any])
  }

  @Test func theKeysOfTheResultAreThePublicOnes() throws {
    let json = try object(try result())
    #expect(
      json.keys.sorted() == [
        "alignment", "backend", "expectations", "interlock", "needle", "outcome", "scenario",
        "seed",
        "simulated_s", "stream", "wall_s",
      ])
    func keys(_ part: String) throws -> [String] {
      try #require(json[part] as? [String: Any]).keys.sorted()
    }
    #expect(try keys("needle") == ["depth_mm", "in_vein", "miss_mm", "travelled"])
    #expect(
      try keys("alignment") == [
        "axial_error_mm", "distance_mm", "distance_true_mm", "roll_error_deg", "sigma_axial_mm",
        "sigma_roll_deg",
      ])
    #expect(
      try keys("interlock") == [
        "faults", "max_fault_to_off_ms", "permits", "refusals", "unsafe_enables",
      ])
    #expect(try keys("stream") == ["frames", "late", "lost", "overruns", "tracker_delay_us"])
    let first = try #require((json["expectations"] as? [[String: Any]])?.first)
    #expect(first.keys.sorted() == ["limit", "outcome", "value", "what"])
  }

  @Test func theTextOfTheResultIsStable() throws {
    let text = String(decoding: try ResultsJSON.data([try result()]), as: UTF8.self)
    #expect(text.hasSuffix("]\n"))
    for line in [
      "\"depth_mm\" : 5.1235", "\"seed\" : 18446744073709551615", "\"simulated_s\" : 61",
      "\"axial_error_mm\" : null", "\"outcome\" : \"failed\"", "\"max\" : 40", "\"permits\" : 120",
    ] {
      #expect(text.contains(line), "\(line) is not in \(text)")
    }
    for _ in 0..<5 {
      #expect(String(decoding: try ResultsJSON.data([try result()]), as: UTF8.self) == text)
    }
  }

  @Test func aResultReadBackIsTheSame() throws {
    let result = try result()
    let data = try ResultsJSON.data(result)
    #expect(try JSONDecoder().decode(ScenarioResult.self, from: data) == result)
  }

  @Test func notFiniteValuesAreWrittenAsNull() throws {
    var facts = goodFacts()
    facts.needle.miss = .nan
    facts.alignment.distance = .infinity
    facts.alignment.rollError = -0.00001
    let result = ScenarioResult(
      scenario: "a", outcome: .error, facts: facts, seed: 1, backend: "b", wall: .infinity)
    let json = try object(result)
    #expect((json["needle"] as? [String: Any])?["miss_mm"] is NSNull)
    #expect(json["wall_s"] is NSNull)
    #expect(result.alignment.rollError?.sign == .plus)
  }

  /// Swift Testing has a type of that name too.
  typealias ExitStatus = Scenarios.ExitStatus

  @Test func theGravestOutcomeDecidesTheExitStatus() {
    #expect(ExitStatus(of: []) == .nothingRan)
    #expect(ExitStatus(of: [.passed, .passed]) == .passed)
    let byGravity: [(ScenarioOutcome, ExitStatus)] = [
      (.passed, .passed), (.failed, .failed), (.error, .internalError),
      (.interrupted, .interrupted), (.aborted, .unsafe), (.unsafe, .unsafe),
    ]
    for (index, graver) in byGravity.enumerated() {
      for milder in byGravity[...index] {
        #expect(ExitStatus(of: [milder.0, graver.0]) == graver.1, "\(milder.0), \(graver.0)")
        #expect(ExitStatus(of: [graver.0, milder.0]) == graver.1, "\(graver.0), \(milder.0)")
      }
    }
    #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6])
    #expect(ExitStatus.usage.rawValue == 4)
  }
}
