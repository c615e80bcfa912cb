import ConsoleEmulator
import Foundation
import Scenarios
import SpecFiles
import Testing

@Suite struct ScenarioFileTests {
  @Test func everyKeyOfTheShapeIsRead() throws {
    let scenario = try Scenario.parse(fullScenario, file: "full.yaml")
    #expect(scenario.name == "first crossing")
    #expect(scenario.file == "full.yaml")
    #expect(scenario.seed == 7)
    #expect(scenario.duration == 60)
    let world = scenario.world
    #expect(world.anatomy.separation == 5)
    #expect(world.anatomy.veinRadius == 1.5)
    #expect(world.anatomy.arteryRadius == 1.1)
    #expect(world.anatomy.bearing == 40)
    #expect(world.anatomy.twist == 15)
    #expect(world.anatomy.convergence == 2)
    #expect(world.anatomy.pulsation == 0.1)
    #expect(world.anatomy.pulsationRate == 1.2)
    #expect(world.tremor.roll == 0.5 && world.tremor.axial == 0.1)
    #expect(world.calcium == [.init(bearing: 20...35, axial: -2...2, loss: 12)])
    #expect(world.medium == .blood)
    #expect(world.snr == 30)
    #expect(world.handle.backlash == 4 && world.handle.torqueLag == 0.15)
    #expect(world.start.rollError == 140 && world.start.axialError == 8)
    #expect(
      scenario.operatorPlan
        == .steps([
          OperatorStep(at: 1, action: .arm),
          OperatorStep(at: 2.5, action: .rotateDegrees, argument: 12),
          OperatorStep(at: 3, action: .moveMillimetres, argument: -1.5),
          OperatorStep(at: 4, action: .advanceNeedleMillimetres, argument: 6),
        ]))
    #expect(
      scenario.faults == [
        FaultEvent(.at(12.5), .unplug, duration: 2),
        FaultEvent(.after(.advance, 0.3), .dropFrames, duration: 0.5, amount: 0.5),
      ])
    #expect(
      scenario.expect.items == [
        Expectation(.needleInVein, .flag(true)),
        Expectation(.unsafeEnables, .count(0)),
        Expectation(.timeToAlign, .range(min: nil, max: 90)),
        Expectation(.faultToOff, .range(min: nil, max: 50)),
        Expectation(.refusedBy, .contains(["alignment.bracketed"])),
        Expectation(.faults, .contains(["stream.fresh"])),
        Expectation(.firstFault, .first("link.connected")),
      ])
  }

  @Test func whatIsLeftOutKeepsTheDefaults() throws {
    let scenario = try Scenario.parse(smallScenario(), file: "s.yaml")
    #expect(scenario.seed == nil)
    #expect(scenario.world == WorldOverrides())
    #expect(scenario.operatorPlan == .guided)
    #expect(scenario.faults.isEmpty)
    #expect(scenario.duration == Scenario.defaultDuration)
  }

  @Test func theLargestSeedIsKeptWhole() throws {
    let scenario = try Scenario.parse(smallScenario("seed: 18446744073709551615"), file: "s.yaml")
    #expect(scenario.seed == .max)
  }

  @Test func everyOperatorActionOfTheShapeIsKnown() throws {
    let shape = """
      connect, self_test, arm, disarm, press_enable, release_enable, squeeze_enable, estop, \
      estop_release, acknowledge, rotate_deg, move_mm, sweep, begin_search, finish_search, \
      advance_needle_mm, retract_needle
      """
    #expect(OperatorAction.allCases.map(\.rawValue).joined(separator: ", ") == shape)
    for action in OperatorAction.allCases {
      let argument = action.parameter.map { ", \($0.key): 1" } ?? ""
      let text = smallScenario("operator: [{at_s: 0, do: \(action.rawValue)\(argument)}]")
      let step = OperatorStep(at: 0, action: action, argument: argument.isEmpty ? nil : 1)
      #expect(try Scenario.parse(text, file: "s.yaml").operatorPlan == .steps([step]))
    }
  }

  @Test func aSpeedIsForStepsThatMoveTheHandleAndWithinItsReach() throws {
    func plan(_ step: String) throws -> OperatorPlan {
      try Scenario.parse(smallScenario("operator: [{at_s: 0, \(step)}]"), file: "s.yaml")
        .operatorPlan
    }
    #expect(
      try plan("do: move_mm, by: 1, speed: 20")
        == .steps([OperatorStep(at: 0, action: .moveMillimetres, argument: 1, speed: 20)]))
    #expect(throws: SpecFileError.self) { try plan("do: rotate_deg, by: 1, speed: 181") }
    #expect(throws: SpecFileError.self) { try plan("do: arm, speed: 1") }
  }

  @Test func everyFaultKindOfTheShapeIsKnown() throws {
    let shape = """
      unplug, stall, drop_frames, delay_frames, corrupt_frames, freeze_frames, replay_frames, \
      reorder_frames, noise_burst, electrosurgery, saturate, gain_drift, trigger_skew, clock_jump, \
      host_stall, lease_loss, enable_stuck, drive_stuck_on, power_cycle, wrong_device, nan_samples, \
      firmware_stall
      """
    #expect(FaultKind.allCases.map(\.rawValue).joined(separator: ", ") == shape)
    for kind in FaultKind.allCases {
      let text = smallScenario("faults: [{at_s: 1, kind: \(kind.rawValue)}]")
      let event = try #require(try Scenario.parse(text, file: "s.yaml").faults.first)
      #expect(event.duration == kind.standardDuration ?? 0)
      #expect(event.amount == kind.amount?.standard)
      if let amount = kind.amount { #expect(amount.range.contains(amount.standard)) }
    }
  }

  @Test func idsOfChecksAreHeldAgainstTheKnownOnes() throws {
    let known = ["link.connected", "alignment.bracketed", "stream.fresh"]
    _ = try Scenario.parse(fullScenario, file: "f.yaml", checkIDs: known)
    let wrong = fullScenario.replacingOccurrences(
      of: "[alignment.bracketed]", with: "[alignment.braketed]")
    let error = #expect(throws: SpecFileError.self) {
      try Scenario.parse(wrong, file: "f.yaml", checkIDs: known)
    }
    #expect(error?.line == 33)
    #expect(error?.key == "expect.refused_by[0]")
    #expect(error?.remedy == "did you mean 'alignment.bracketed'?")
  }

  @Test func aMissingFileIsAnErrorWithItsName() {
    let error = #expect(throws: SpecFileError.self) { try Scenario.load(file: "/no/such.yaml") }
    #expect(error?.file == "/no/such.yaml")
  }

  /// Every scenario that is shipped can be read, and their names differ.
  @Test func everyShippedScenarioIsWellFormed() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "HardwareSpecs/scenarios")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(files.count >= 28)
    var names: Set<String> = []
    var kinds: Set<String> = []
    for file in files {
      let scenario = try Scenario.load(file: folder.appending(path: file).path)
      #expect(names.insert(scenario.name).inserted, "\(file) has the name of another")
      kinds.formUnion(scenario.faults.map(\.kind.rawValue))
      #expect(scenario.expect.items.contains(Expectation(.unsafeEnables, .count(0))), "\(file)")
    }
    #expect(kinds == Set(FaultKind.allCases.map(\.rawValue)))
  }
}
