/// Holds a file of limits to every `LimitRule`.
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
