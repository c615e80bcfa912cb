/// What the limits must hold together, so that no single edit breaks a promise of the whole.
///
/// Each rule is written as it is read: products of limits, sums of them, and `period(f)` for the
/// time of one cycle. Everything is whole numbers in ns and fm (µm/s × ns is exactly fm).
package struct LimitRule: Sendable {
  package var text: String
  package var why: String

  package static let all: [LimitRule] = [
    LimitRule(
      text: "needle_speed_max * fault_to_drive_off <= overshoot_allowed",
      why: "the needle would run on too far after a fault"),
    LimitRule(
      text: "needle_speed_max * lease <= travel_per_lease",
      why: "a lease would end by travel before it ends by time (R23)"),
    LimitRule(text: "lease_renewal < lease", why: "every lease would lapse (R13)"),
    LimitRule(
      text: "lease + period(pulse_rate) <= fault_to_drive_off",
      why: "a lease would outlive the time in which the drive must be off (R13)"),
    LimitRule(text: "loop_late < loop_latch", why: "a late loop must deny before it latches (R28)"),
    LimitRule(
      text: "loop_latch <= fault_to_drive_off", why: "a stuck loop must be off in time (R28)"),
    LimitRule(
      text: "frame_stale_after <= fault_to_drive_off", why: "lost frames must be off in time (R08)"),
    LimitRule(
      text: "status_stale_after <= fault_to_drive_off", why: "lost status must be off in time (R08)"
    ),
    LimitRule(
      text: "readback_mismatch <= fault_to_drive_off",
      why: "a stuck output must be seen in time (R24)"),
    LimitRule(
      text: "period(pulse_rate) < frame_stale_after", why: "every frame would be stale (R08)"),
    LimitRule(text: "status_period < status_stale_after", why: "every status would be stale (R08)"),
    LimitRule(
      text: "period(pulse_rate) * frozen_payloads <= frame_stale_after",
      why: "frozen frames must be seen as soon as missing ones (R09)"),
    LimitRule(
      text: "clock_disagreement <= frame_stale_after",
      why: "clocks would part by more than a frame's age (R15)"),
    LimitRule(text: "pulse_rate <= pulse_rate_max", why: "the default would be refused"),
    LimitRule(
      text: "period(pulse_rate) * dwell_frames <= dwell", why: "the dwell could never pass"),
    LimitRule(text: "sound_speed_min < sound_speed_max", why: "no sound speed would pass (R06)"),
    LimitRule(text: "needle_distance_min < needle_reach", why: "no distance would pass (R06)"),
    LimitRule(text: "needle_reach <= needle_throw", why: "the reach is beyond the throw (R23)"),
    LimitRule(
      text: "travel_per_lease <= needle_throw", why: "one lease could use up the throw (R23)"),
    LimitRule(
      text: "bracket_roll_min < bracket_roll_max", why: "no flank in roll would count (R04)"),
    LimitRule(
      text: "bracket_axial_min < bracket_axial_max", why: "no axial flank would count (R04)"),
    LimitRule(text: "peak_drop_max < bracket_drop", why: "a flank would count as the peak (R04)"),
    LimitRule(text: "link_budget_low < link_budget_high", why: "no level would pass (R04)"),
    LimitRule(text: "supply_min < supply_max", why: "no supply would pass (R26)"),
    LimitRule(text: "temperature_min < temperature_max", why: "no temperature would pass (R26)"),
    LimitRule(text: "watchdog_open < watchdog_close", why: "the window would be shut (R17)"),
  ]
}
