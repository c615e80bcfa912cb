import SpecFiles
import Testing

@Suite struct LimitRulesTests {
  struct Sample: Sendable, CustomStringConvertible {
    var rule: String
    var edits: [SpecSamples.Edit]
    var description: String { rule }
    init(_ rule: String, _ edits: (String, String)...) {
      self.rule = rule
      self.edits = edits.map { SpecSamples.Edit("\n  \($0.0)", "\n  \($0.1)") }
    }
  }

  /// One edit a rule, each just beyond what it allows.
  static let samples = [
    Sample(
      "needle_speed_max * fault_to_drive_off <= overshoot_allowed",
      ("overshoot_allowed: {value: 500,", "overshoot_allowed: {value: 499,")),
    Sample(
      "needle_speed_max * lease <= travel_per_lease",
      ("travel_per_lease: {value: 250,", "travel_per_lease: {value: 249,")),
    Sample("lease_renewal < lease", ("lease_renewal: {value: 10,", "lease_renewal: {value: 25,")),
    Sample(
      "lease + period(pulse_rate) <= fault_to_drive_off",
      ("lease: {value: 25, unit: ms,", "lease: {value: 49001, unit: us,"),
      ("travel_per_lease: {value: 250,", "travel_per_lease: {value: 500,")),
    Sample("loop_late < loop_latch", ("loop_late: {value: 15,", "loop_late: {value: 30,")),
    Sample(
      "loop_latch <= fault_to_drive_off", ("loop_latch: {value: 30,", "loop_latch: {value: 51,")),
    Sample(
      "frame_stale_after <= fault_to_drive_off",
      ("frame_stale_after: {value: 30,", "frame_stale_after: {value: 51,")),
    Sample(
      "status_stale_after <= fault_to_drive_off",
      ("status_stale_after: {value: 30,", "status_stale_after: {value: 51,")),
    Sample(
      "readback_mismatch <= fault_to_drive_off",
      ("readback_mismatch: {value: 20,", "readback_mismatch: {value: 51,")),
    Sample(
      "period(pulse_rate) < frame_stale_after",
      ("pulse_rate: {value: 1000,", "pulse_rate: {value: 33,"),
      ("dwell_frames: {value: 40,", "dwell_frames: {value: 1,"),
      ("lease: {value: 25,", "lease: {value: 15,"),
      ("frozen_payloads: {value: 3,", "frozen_payloads: {value: 0,")),
    Sample(
      "status_period < status_stale_after",
      ("status_period: {value: 5,", "status_period: {value: 30,")),
    Sample(
      "period(pulse_rate) * frozen_payloads <= frame_stale_after",
      ("frozen_payloads: {value: 3,", "frozen_payloads: {value: 31,")),
    Sample(
      "clock_disagreement <= frame_stale_after",
      ("clock_disagreement: {value: 20,", "clock_disagreement: {value: 31,")),
    Sample(
      "pulse_rate <= pulse_rate_max",
      ("pulse_rate_max: {value: 5000,", "pulse_rate_max: {value: 999,")),
    Sample(
      "period(pulse_rate) * dwell_frames <= dwell",
      ("dwell_frames: {value: 40,", "dwell_frames: {value: 501,")),
    Sample(
      "sound_speed_min < sound_speed_max",
      ("sound_speed_min: {value: 1400000,", "sound_speed_min: {value: 1600000,")),
    Sample(
      "needle_distance_min < needle_reach",
      ("needle_distance_min: {value: 1500,", "needle_distance_min: {value: 12000,")),
    Sample(
      "needle_reach <= needle_throw",
      ("needle_throw: {value: 12000,", "needle_throw: {value: 11999,")),
    Sample(
      "travel_per_lease <= needle_throw",
      ("travel_per_lease: {value: 250,", "travel_per_lease: {value: 12001,")),
    Sample(
      "bracket_roll_min < bracket_roll_max",
      ("bracket_roll_min: {value: 2000,", "bracket_roll_min: {value: 60000,")),
    Sample(
      "bracket_axial_min < bracket_axial_max",
      ("bracket_axial_min: {value: 200,", "bracket_axial_min: {value: 4000,")),
    Sample(
      "peak_drop_max < bracket_drop", ("peak_drop_max: {value: 200,", "peak_drop_max: {value: 300,")
    ),
    Sample(
      "link_budget_low < link_budget_high",
      ("link_budget_low: {value: -600,", "link_budget_low: {value: 600,")),
    Sample("supply_min < supply_max", ("supply_min: {value: 4500,", "supply_min: {value: 5500,")),
    Sample(
      "temperature_min < temperature_max",
      ("temperature_min: {value: 500,", "temperature_min: {value: 6000,")),
    Sample(
      "watchdog_open < watchdog_close",
      ("watchdog_open: {value: 100,", "watchdog_open: {value: 5000,")),
  ]

  @Test func everyRuleHasASampleThatBreaksIt() {
    #expect(LimitRule.all.map(\.text) == Self.samples.map(\.rule))
  }

  @Test(arguments: samples) func brokenRuleIsReportedAloneWithItsReason(_ sample: Sample) throws {
    let result = try SpecSamples.check(limits: sample.edits)
    #expect(result.model == nil)
    let rule = try #require(LimitRule.all.first { $0.text == sample.rule })
    #expect(result.errors.count == 1, "\(result.errors)")
    let error = try #require(result.errors.first)
    #expect(error.message.contains("breaks the rule '\(sample.rule)'"))
    #expect(error.remedy == rule.why)
    #expect(error.file == "limits.yaml")
    #expect(error.key.hasPrefix("values."))
  }

  @Test func missingLimitOfARuleIsAnError() throws {
    let result = try SpecSamples.check(limits: [.init("\n  lease_renewal:", "\n  lease_repeat:")])
    #expect(result.errors.count == 1)
    #expect(result.errors.first?.message.contains("there is no limit 'lease_renewal'") == true)
  }

  @Test func unitsThatDoNotGoTogetherAreAnError() throws {
    let result = try SpecSamples.check(
      limits: [
        .init("\n  lease_renewal: {value: 10, unit: ms", "\n  lease_renewal: {value: 10, unit: um")
      ])
    #expect(result.errors.first?.message.contains("compares fm with ns") == true)
  }

  @Test func unitsOfTheSameDimensionAreConverted() throws {
    let result = try SpecSamples.check(
      limits: [.init("\n  lease: {value: 25, unit: ms", "\n  lease: {value: 25000, unit: us")])
    #expect(result.errors == [])
  }

  @Test func pulseRateOfZeroIsAnErrorAndNoTrap() throws {
    let result = try SpecSamples.check(
      limits: [.init("\n  pulse_rate: {value: 1000", "\n  pulse_rate: {value: 0")])
    #expect(result.errors.first?.message.contains("must be above 0 Hz") == true)
  }
}
