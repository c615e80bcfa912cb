import Quantities

/// A finished search saw the signal fall on both sides of both axes; the value holds the sides
/// seen. (R04)
enum AlignmentBracketedCheck: InterlockCheck {
  static var id: CheckID { .alignmentBracketed }
  static var unit: StaticString { "sides" }
  static var remedy: StaticString {
    "sweep through the maximum on both axes, and finish the search"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    let search = c.memory.search
    return CheckResult(
      search.isBracketed ? .permit : .deny, value: Int64(search.flanks.rawValue),
      limit: Int64(PeakSearch.Flanks.all.rawValue))
  }
}
