import Scenarios
import SpecFiles
import Testing

/// A text that must be refused: the line that the error names, its key, and words of its remedy.
struct BadScenario: CustomTestStringConvertible, Sendable {
  var text: String
  var line: Int
  var key: String
  var says: String
  var testDescription: String { "line \(line): \(key) \(says)" }

  /// Lines after those of the smallest scenario, which has two.
  static func more(_ text: String, line: Int = 3, _ key: String, _ says: String) -> Self {
    Self(text: smallScenario(text), line: line, key: key, says: says)
  }
}

@Suite struct ScenarioErrorTests {
  static let bad: [BadScenario] = [
    // The file as a whole.
    BadScenario(text: "", line: 1, key: "", says: "is empty"),
    BadScenario(text: "[1, 2]", line: 1, key: "", says: "must be a map"),
    BadScenario(text: "expect: {unsafe_enables: 0}", line: 1, key: "", says: "'name' is missing"),
    BadScenario(text: "name: ''\nexpect: {crossed: true}", line: 1, key: "name", says: "one line"),
    BadScenario(text: "name: a", line: 1, key: "", says: "cannot fail"),
    BadScenario(text: "name: a\nexpect: {}", line: 2, key: "expect", says: "cannot fail"),
    .more("wrold: {}", "wrold", "did you mean 'world'?"),
    .more("name: again", line: 1, "name", "twice"),
    .more("seed: -1", "seed", "from 0 to"),
    .more("seed: '7'", "seed", "from 0 to"),
    .more("seed: 1.5", "seed", "from 0 to"),
    .more("duration_s: 0", "duration_s", "use 0.1 to"),
    .more("duration_s: .inf", "duration_s", "finite"),
    // The world.
    .more("world: {medium: blod}", "world.medium", "did you mean 'blood'?"),
    .more(
      "world:\n  anatomy:\n    seperation_mm: 5", line: 5, "world.anatomy.seperation_mm",
      "did you mean 'separation_mm'?"),
    .more("world:\n  snr_db: .nan", line: 4, "world.snr_db", "finite"),
    .more("world: {snr_db: nan}", "world.snr_db", "finite"),
    .more("world: {snr_db: 1e999}", "world.snr_db", "finite"),
    .more("world: {snr_db: '30'}", "world.snr_db", "finite"),
    .more(
      "world: {anatomy: {separation_mm: 5000}}", "world.anatomy.separation_mm", "use 1.0 to 20"),
    .more(
      "world: {anatomy: {separation_mm: 2, vein_radius_mm: 1.5, artery_radius_mm: 1.1}}",
      "world.anatomy", "overlap"),
    .more("world: {calcium: {}}", "world.calcium", "must be a list"),
    .more("world: {calcium: [{axial_mm: [0, 1], loss_db: 1}]}", "world.calcium[0]", "bearing_deg"),
    .more(
      "world: {calcium: [{bearing_deg: [30, 20], axial_mm: [0, 1], loss_db: 1}]}",
      "world.calcium[0].bearing_deg", "[20.0, 30.0]"),
    .more(
      "world: {calcium: [{bearing_deg: [30], axial_mm: [0, 1], loss_db: 1}]}",
      "world.calcium[0].bearing_deg", "two numbers"),
    .more("world: {handle: {backlash_deg: -1}}", "world.handle.backlash_deg", "use 0.0 to"),
    .more("world: {start: {roll_error_deg: 181}}", "world.start.roll_error_deg", "use -180.0 to"),
    .more("world: {tremor: 3}", "world.tremor", "must be a map"),
    // The operator.
    .more("operator: robot", "operator", "must be 'guided'"),
    .more("operator: []", "operator", "at least one step"),
    .more("operator:\n  - {at_s: 1, do: amr}", line: 4, "operator[0].do", "did you mean 'arm'?"),
    .more("operator: [{do: arm}]", "operator[0]", "'at_s' is missing"),
    .more("operator: [{at_s: 1}]", "operator[0]", "'do' is missing"),
    .more("operator: [{at_s: 1, do: rotate_deg}]", "operator[0]", "add 'by: 1'"),
    .more("operator: [{at_s: 1, do: rotate_deg, to: 3}]", "operator[0].to", "did you mean 'by'?"),
    .more("operator: [{at_s: 1, do: arm, by: 3}]", "operator[0].by", "takes no 'by'"),
    .more(
      "operator:\n  - {at_s: 2, do: arm}\n  - {at_s: 1, do: disarm}", line: 5, "operator[1]",
      "in order of time"),
    .more("operator: [{at_s: 121, do: arm}]", "operator[0].at_s", "raise duration_s"),
    .more("operator: [{at_s: -1, do: arm}]", "operator[0].at_s", "out of range"),
    // Faults.
    .more("faults: [{at_s: 1, kind: unplugg}]", "faults[0].kind", "did you mean 'unplug'?"),
    .more("faults: [{kind: unplug}]", "faults[0]", "says not when"),
    .more("faults: [{at_s: 1}]", "faults[0]", "'kind' is missing"),
    .more(
      "faults: [{at_s: 1, when: {phase: armed}, kind: unplug}]", "faults[0].when", "keep one"),
    .more(
      "faults: [{when: {phase: advnce}, kind: unplug}]", "faults[0].when.phase",
      "did you mean 'advance'?"),
    .more("faults: [{at_s: 500, kind: unplug}]", "faults[0].at_s", "after the end"),
    .more("faults: [{at_s: 1, kind: unplug, for_s: 0}]", "faults[0].for_s", "out of range"),
    .more("faults: [{at_s: 1, kind: clock_jump, for_s: 1}]", "faults[0].for_s", "one instant"),
    .more("faults: [{at_s: 1, kind: unplug, amount: 1}]", "faults[0].amount", "no amount"),
    .more("faults: [{at_s: 1, kind: drop_frames, amount: 2}]", "faults[0].amount", "use 0.2 to 1"),
    // Expectations.
    BadScenario(
      text: "name: a\nexpect:\n  unsafe_enable: 0", line: 3, key: "expect.unsafe_enable",
      says: "did you mean 'unsafe_enables'?"),
    BadScenario(
      text: "name: a\nexpect: {unsafe_enables: -1}", line: 2, key: "expect.unsafe_enables",
      says: "out of range"),
    BadScenario(
      text: "name: a\nexpect: {needle_in_vein: yes}", line: 2, key: "expect.needle_in_vein",
      says: "true or false"),
    BadScenario(
      text: "name: a\nexpect: {time_to_align_s: 90}", line: 2, key: "expect.time_to_align_s",
      says: "write {max: 50}"),
    BadScenario(
      text: "name: a\nexpect: {permits: {}}", line: 2, key: "expect.permits", says: "neither end"),
    BadScenario(
      text: "name: a\nexpect: {permits: {min: 3, max: 2}}", line: 2, key: "expect.permits",
      says: "swap"),
    BadScenario(
      text: "name: a\nexpect: {lost: {mx: 2}}", line: 2, key: "expect.lost.mx", says: "'max'"),
    BadScenario(
      text: "name: a\nexpect: {refused_by: []}", line: 2, key: "expect.refused_by",
      says: "names no check"),
    BadScenario(
      text: "name: a\nexpect: {refused_by: [Bracketed]}", line: 2, key: "expect.refused_by[0]",
      says: "alignment.bracketed"),
    BadScenario(
      text: "name: a\nexpect: {faults: [a.b, a.b]}", line: 2, key: "expect.faults[1]",
      says: "twice"),
  ]

  @Test(arguments: bad) func whatIsWrongIsSaidWithLineKeyAndRemedy(_ bad: BadScenario) {
    let error = #expect(throws: SpecFileError.self) {
      try Scenario.parse(bad.text, file: "bad.yaml")
    }
    guard let error else { return }
    #expect(error.line == bad.line, "\(error)")
    #expect(error.key == bad.key, "\(error)")
    #expect("\(error)".hasPrefix("bad.yaml:\(bad.line):"))
    #expect("\(error)".contains(bad.says), "\(error)")
  }

  /// R03: whatever is in the file, it is read or refused with a place, and every number that got
  /// through is finite.
  @Test func damagedFilesAreRefusedOrReadNeverWorse() throws {
    let whole = Array(fullScenario.utf8)
    let pieces = ["nan", "1e999", "-", "[", "}", ": ", "\n", "\u{0}", "é", "&a", "*a", "0x", "''"]
    var (read, refused) = (0, 0)
    for seed in UInt64(1)...1_500 {
      var random = TestRandom(state: seed)
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 9...126, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: place)
        case 3...6:
          // Tame: another digit where one stands, so that ranges are reached too.
          let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
          if let digit = digits.randomElement(using: &random) {
            bytes[digit] = UInt8.random(in: 48...57, using: &random)
          }
        default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        }
      }
      do throws(SpecFileError) {
        let scenario = try Scenario.parse(String(decoding: bytes, as: UTF8.self), file: "m.yaml")
        read += 1
        #expect(!scenario.expect.items.isEmpty, "seed \(seed)")
        #expect(scenario.world.snr?.isFinite != false, "seed \(seed)")
        #expect(scenario.faults.allSatisfy { $0.duration.isFinite }, "seed \(seed)")
      } catch {
        refused += 1
        #expect(error.file == "m.yaml" && error.line >= 1, "seed \(seed): \(error)")
        #expect(!error.message.isEmpty, "seed \(seed)")
      }
    }
    #expect(read > 50, "mutations too wild to reach the reader: \(read) read")
    #expect(refused > 300, "mutations too tame: \(refused) refused")
  }
}
