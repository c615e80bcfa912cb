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

package enum LimitRules {
  package static func check(_ limits: SpecValues, into problems: inout SpecProblems) {
    let leaves = limits.leaves
    let byName = Dictionary(leaves.map { ($0.path, $0) }) { first, _ in first }
    for rule in LimitRule.all {
      var sum = LimitSum(limits: byName)
      let words = rule.text.split(separator: " ").map(String.init)
      guard let sign = words.firstIndex(where: { $0 == "<" || $0 == "<=" }) else { continue }
      let left = sum.value(of: words[..<sign])
      let right = sum.value(of: words[(sign + 1)...])
      guard let at = sum.first?.node ?? leaves.first?.node else { continue }
      if let problem = sum.problem {
        problems.add(at.error("the rule '\(rule.text)' cannot be checked: \(problem)"))
      } else if let left, let right {
        if left.dimension != right.dimension {
          problems.add(
            at.error(
              "the rule '\(rule.text)' compares \(left.dimension) with \(right.dimension)",
              remedy: "correct a unit"))
        } else if !(words[sign] == "<" ? left.count < right.count : left.count <= right.count) {
          problems.add(
            at.error(
              "breaks the rule '\(rule.text)': \(left) is not \(words[sign]) \(right)",
              remedy: rule.why))
        }
      }
    }
  }
}

/// One side of a rule in the making.
private struct LimitSum {
  var limits: [String: SpecLeaf]
  /// The first limit that the rule names: where its error stands.
  var first: SpecLeaf?
  var problem: String?

  /// Products bind tighter than sums, as written.
  mutating func value(of words: ArraySlice<String>) -> LimitQuantity? {
    var total: LimitQuantity?
    for term in words.split(separator: "+") {
      var product: LimitQuantity?
      for factor in term.split(separator: "*") {
        guard let name = factor.first, let next = quantity(name) else { return nil }
        guard let value = product.map({ $0.times(next) }) ?? next else { return overflow() }
        product = value
      }
      guard let product else { return nil }
      guard let value = total.map({ $0.plus(product) }) ?? product else { return overflow() }
      total = value
    }
    return total
  }

  private mutating func overflow() -> LimitQuantity? {
    problem = problem ?? "a number is too large or the units do not go together"
    return nil
  }

  private mutating func quantity(_ word: String) -> LimitQuantity? {
    let isPeriod = word.hasPrefix("period(")
    let name = isPeriod ? String(word.dropFirst(7).dropLast()) : word
    guard let leaf = limits[name], case .integer(let value) = leaf.content, let unit = leaf.unit
    else {
      problem = problem ?? "there is no limit '\(name)'"
      return nil
    }
    if first == nil { first = leaf }
    if isPeriod {
      guard unit.text == "Hz", value > 0 else {
        problem = problem ?? "'\(name)' must be above 0 Hz"
        return nil
      }
      // Rounded up: the worst case.
      return LimitQuantity(count: (1_000_000_000 + value - 1) / value, dimension: "ns")
    }
    guard let quantity = LimitQuantity(value, unit.text) else { return overflow() }
    return quantity
  }
}

/// A whole number in the base unit of its dimension.
private struct LimitQuantity: CustomStringConvertible {
  var count: Int
  /// `ns`, `fm`, `fm/ns` (that is µm/s), `1`, or the unit itself where nothing is converted.
  var dimension: String

  init(count: Int, dimension: String) {
    self.count = count
    self.dimension = dimension
  }

  init?(_ value: Int, _ unit: String) {
    let (factor, dimension): (Int, String) =
      switch unit {
      case "ns": (1, "ns")
      case "us": (1_000, "ns")
      case "ms": (1_000_000, "ns")
      case "s": (1_000_000_000, "ns")
      case "um": (1_000_000_000, "fm")
      case "um/s": (1, "fm/ns")
      case "mm/s": (1_000, "fm/ns")
      case "frames": (1, "1")
      default: (1, unit)
      }
    let (count, overflow) = value.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    self.init(count: count, dimension: dimension)
  }

  func times(_ other: Self) -> Self? {
    let (count, overflow) = count.multipliedReportingOverflow(by: other.count)
    if overflow { return nil }
    switch (dimension, other.dimension) {
    case ("fm/ns", "ns"), ("ns", "fm/ns"): return Self(count: count, dimension: "fm")
    case (let own, "1"): return Self(count: count, dimension: own)
    case ("1", let own): return Self(count: count, dimension: own)
    default: return nil
    }
  }

  func plus(_ other: Self) -> Self? {
    let (count, overflow) = count.addingReportingOverflow(other.count)
    return overflow || dimension != other.dimension ? nil : Self(count: count, dimension: dimension)
  }

  var description: String {
    switch dimension {
    case "fm": "\(Double(count) / 1e9) um"
    case "ns": "\(Double(count) / 1e6) ms"
    case "fm/ns": "\(count) um/s"
    case "1": "\(count)"
    default: "\(count) \(dimension)"
    }
  }
}
