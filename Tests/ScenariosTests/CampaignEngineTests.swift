import BenchWorld
import HardwareSpecs
import Scenarios
import Testing

@Suite struct CampaignEngineTests {
  @Test func everyTrialHasASeedOfItsOwnThatJSONKeepsExactly() {
    let campaign = Campaign(trials: 10_000, seed: 1)
    let seeds = (0..<campaign.trials).map(campaign.seed(ofTrial:))
    #expect(Set(seeds).count == campaign.trials)
    #expect(seeds.allSatisfy { $0 < 1 << 53 })
    #expect(seeds.first != Campaign(trials: 1, seed: 2).seed(ofTrial: 0))
  }

  /// First outputs of SplitMix64 from state 1, calculated apart from this code, in Python.
  @Test func seedsOfTrialsAreThoseOfSplitMix64() {
    let campaign = Campaign(trials: 3, seed: 1)
    let expected: [UInt64] = [
      0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E,
    ]
    #expect((0..<3).map(campaign.seed(ofTrial:)) == expected.map { $0 >> 11 })
  }

  @Test func drawnWorldsLieWithinTheDeclaredRangesAndReachTheirEnds() {
    typealias Range = Anatomies.Campaign
    var separations: [Double] = []
    for seed in UInt64(0)..<2_000 {
      let world = WorldParameters.drawn(seed: seed)
      separations.append(world.anatomy.separationMM)
      #expect(Range.separationMM.contains(world.anatomy.separationMM), "seed \(seed)")
      #expect(Range.veinRadiusMM.contains(world.anatomy.veinRadiusMM), "seed \(seed)")
      #expect(Range.arteryRadiusMM.contains(world.anatomy.arteryRadiusMM), "seed \(seed)")
      #expect(Range.twistDegPerCM.contains(world.anatomy.twistDegPerCM), "seed \(seed)")
      #expect(Range.snrDB.contains(world.snrDB), "seed \(seed)")
      #expect(Range.backlashDeg.contains(world.handle.backlashDeg), "seed \(seed)")
      #expect(Range.startRollErrorDeg.contains(world.start.rollErrorDeg), "seed \(seed)")
      #expect(world.calcium.count <= Int(Range.calciumPatches.upperBound), "seed \(seed)")
      for patch in world.calcium {
        #expect(Range.calciumLossDB.contains(patch.lossDB), "seed \(seed)")
      }
    }
    #expect((separations.max() ?? 0) > Range.separationMM.upperBound - 0.1)
    #expect(WorldParameters.drawn(seed: 3) == WorldParameters.drawn(seed: 3))
    #expect(WorldParameters.drawn(seed: 3) != WorldParameters.drawn(seed: 4))
  }

  @Test func theResultDependsNeitherOnTheJobsNorOnTheOtherTrials() throws {
    let campaign = Campaign(trials: 3, seed: 5)
    let one = try campaign.run(jobs: 1)
    let three = try campaign.run(jobs: 3)
    #expect(one.count == 3)
    #expect(one == three)
    #expect(one.map(\.seed) == (0..<3).map(campaign.seed(ofTrial:)))
    #expect(try Campaign.trial(seed: one[2].seed) == one[2])
  }

  @Test func whatDidNotCrossSaysWhyAndWhatCrossedDoesNot() throws {
    for trial in try Campaign(trials: 4, seed: 11).run(jobs: 2) {
      #expect(trial.crossed == (trial.failure == nil), "seed \(trial.seed)")
      #expect(trial.unsafeEnables == 0, "seed \(trial.seed)")
      if trial.openedInVein { #expect(trial.opened, "seed \(trial.seed)") }
      if !trial.reachable, let failure = trial.failure {
        #expect(failure.hasPrefix(TrialResult.unreachablePrefix), "seed \(trial.seed)")
      }
    }
  }

  @Test func anInterruptedCampaignBeginsNoMoreTrials() throws {
    let interrupt = ScenarioRunner.Interrupt()
    interrupt.set()
    #expect(try Campaign(trials: 50, seed: 1).run(jobs: 2, interrupt: interrupt).isEmpty)
  }

  @Test func aCrossingFromBeyondReachDoesNotCountAmongTheReachable() {
    let beyond = TrialResult(
      seed: 1, reachable: false, opened: true, openedInVein: true, crossed: true, unsafeEnables: 0,
      timeToAlign: 20, failure: nil)
    let failed = TrialResult(
      seed: 2, reachable: true, opened: false, openedInVein: false, crossed: false,
      unsafeEnables: 0, timeToAlign: nil, failure: "duration")
    let table = CampaignTable(CampaignSummary([beyond, failed]))
    #expect(table.crossedReachable == 0)
    #expect("\(table)".contains("crossed from beyond reach"))
  }
}
