import InterlockBench
import SafetyInterlock

/// One condition of one decision of the core, shown to decide alone.
///
/// The outcome is taken twice from the real code, once with the condition true and once with it
/// false, while every other condition of the decision stays as it is. When the outcomes differ, the
/// two are an independence pair, as MC/DC asks for.
struct ConditionPair {
  /// The file under Sources/SafetyInterlock, without its ending.
  var file: String
  var condition: String
  var outcome: (_ holds: Bool) -> String

  init(_ file: String, _ condition: String, _ outcome: @escaping (_ holds: Bool) -> String) {
    self.file = file
    self.condition = condition
    self.outcome = outcome
  }

  static var all: [ConditionPair] {
    checks + memory + monitors + clocks + search + guards + machine + interlock + values
  }
}

typealias Spoil = (inout InterlockInputs) -> Void

extension ConditionPair {
  static let enabled = Bench.enabled()

  /// A check on an enabled bench: `otherwise` is what makes the condition false.
  static func check(
    _ file: String, _ id: CheckID, _ condition: String, base: @escaping Spoil = { _ in },
    from bench: Bench? = nil, otherwise: @escaping Spoil
  ) -> ConditionPair {
    ConditionPair("Checks/\(file)Check", condition) { holds in
      var bench = bench ?? enabled
      let decision = bench.step {
        base(&$0)
        if !holds { otherwise(&$0) }
      }
      return "\(decision.report[id].verdict)"
    }
  }

  /// A check on two benches that differ in the condition.
  static func check(
    _ file: String, _ id: CheckID, _ condition: String, _ bench: Bench, not other: Bench,
    with spoil: @escaping Spoil = { _ in }
  ) -> ConditionPair {
    ConditionPair("Checks/\(file)Check", condition) { holds in
      var bench = holds ? bench : other
      return "\(bench.step(spoil: spoil).report[id].verdict)"
    }
  }
}
