import Scenarios
import Testing

@Suite struct ScenarioRunTests {
  private func scenario(_ rest: String) throws -> Scenario {
    try Scenario.parse("name: a run\nseed: 3\n" + rest, file: "run.yaml")
  }

  @Test func anInterruptEndsWithTheDriveOffAndACompleteResult() throws {
    var runner = ScenarioRunner(source: .simulated(.max))
    let interrupt = runner.interrupt
    runner.progress = { if $0.seconds > 1 { interrupt.set() } }
    let outcome = try runner.run(scenario("expect: {unsafe_enables: 0}"))
    #expect(outcome.result.outcome == .interrupted)
    #expect(outcome.facts.driveOffAtEnd)
    #expect(outcome.facts.simulated > 1)
    #expect(outcome.facts.simulated < 2)
    #expect(outcome.result.expectations.count == 1)
  }

  @Test func aFaultThatNeverBeginsFailsTheRun() throws {
    let outcome = try ScenarioRunner(source: .simulated(.max)).run(
      scenario(
        "duration_s: 2\nfaults: [{when: {phase: advance}, kind: stall}]\nexpect: {unsafe_enables: 0}"
      ))
    #expect(outcome.result.outcome == .failed)
    #expect(outcome.result.failures == ["fault stall: never began, expected begins"])
  }

  @Test func aConsoleOfAnotherKindIsNotWaitedForAsOneThatMayBecomeReady() throws {
    let faults = "faults: [{at_s: 0, kind: wrong_device, for_s: 60}]\n"
    let outcome = try ScenarioRunner(source: .simulated(.max)).run(
      scenario(faults + "expect: {crossed: true}"))
    #expect(outcome.result.outcome == .aborted)
    #expect(outcome.facts.driveOffAtEnd)
    #expect(outcome.facts.simulated < 12)
  }

  @Test func theSameSeedGivesTheSameResultAndAnotherSeedAnother() throws {
    let text = "duration_s: 15\nexpect: {unsafe_enables: 0, frames: {min: 14000}}"
    var results = try [UInt64(3), 3, 4].map { seed -> ScenarioResult in
      var runner = ScenarioRunner(source: .simulated(.max))
      runner.seed = seed
      return try runner.run(scenario(text)).result
    }
    for index in results.indices { results[index].wall = nil }
    #expect(results[0] == results[1])
    #expect(results[0].alignment != results[2].alignment)
    #expect(results[0].outcome == .passed)
  }

  @Test(arguments: [BenchAssembly.pulseRatesHz.lowerBound, 250])
  func aSlowPulseRateCrossesToo(_ rate: UInt32) throws {
    let source = BenchSource.simulated(.max, pulseRateHz: rate)
    let outcome = try ScenarioRunner(source: source).run(
      scenario("expect: {crossed: true, needle_in_vein: true, unsafe_enables: 0, faults: []}"))
    #expect(outcome.result.outcome == .passed, "\(outcome.result.failures)")
    let frames = Double(outcome.facts.stream.frames)
    #expect(abs(frames / outcome.facts.simulated - Double(rate)) < 0.05 * Double(rate))
  }

  @Test func noPulseRateIsAllowedAtWhichTheConsoleMissesItsWatchdog() {
    // A round in 5 ms asks for more than 3 frames in 30 ms (R09) or the 40 of the dwell in 0.5 s do.
    #expect(BenchAssembly.pulseRatesHz == 200...5_000)
  }

  @Test func overlappingVesselsAreAnErrorOfTheFile() {
    #expect(throws: (any Error).self) {
      try scenario("world: {anatomy: {separation_mm: 1}}\nexpect: {unsafe_enables: 0}")
    }
  }
}
