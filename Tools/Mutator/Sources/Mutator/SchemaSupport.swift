/// What the rewritten core calls: compiled into the scratch copy of `SafetyInterlock`.
enum SchemaSupport {
  static let text = """
    import Glibc
    import HardwareSpecs
    import Quantities

    let activeMutant: Int = getenv("MUTANT").flatMap { Int(String(cString: $0)) } ?? -1

    @inline(never) func isNotMutant(_ id: Int) -> Bool { activeMutant != id }

    func mutableGE<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a > b : (activeMutant == id + 1 ? a < b : a >= b)
    }
    func mutableGT<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a >= b : (activeMutant == id + 1 ? a <= b : a > b)
    }
    func mutableLE<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a < b : (activeMutant == id + 1 ? a > b : a <= b)
    }
    func mutableLT<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a <= b : (activeMutant == id + 1 ? a >= b : a < b)
    }
    func mutableEQ<T: Equatable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a != b : a == b
    }
    func mutableNE<T: Equatable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a == b : a != b
    }
    func mutableAnd(_ id: Int, _ a: Bool, _ b: @autoclosure () -> Bool) -> Bool {
      switch activeMutant {
      case id: a || b()
      case id + 1: a
      case id + 2: b()
      default: a && b()
      }
    }
    func mutableOr(_ id: Int, _ a: Bool, _ b: @autoclosure () -> Bool) -> Bool {
      switch activeMutant {
      case id: a && b()
      case id + 1: a
      case id + 2: b()
      default: a || b()
      }
    }
    func mutableNot(_ id: Int, _ a: Bool) -> Bool { activeMutant == id ? a : !a }
    func mutableBool(_ id: Int, _ a: Bool) -> Bool { activeMutant == id ? !a : a }
    func mutableCondition(_ id: Int, _ a: Bool) -> Bool {
      switch activeMutant {
      case id: !a
      case id + 1: true
      case id + 2: false
      default: a
      }
    }
    func mutableNumber<T: FixedWidthInteger>(_ id: Int, _ a: T) -> T {
      activeMutant == id ? a &+ 1 : (activeMutant == id + 1 ? a &- 1 : a)
    }
    func mutableMin<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> T {
      activeMutant == id ? max(a, b) : min(a, b)
    }
    func mutableMax<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> T {
      activeMutant == id ? min(a, b) : max(a, b)
    }

    private func by(_ id: Int) -> Int {
      activeMutant == id ? 1 : (activeMutant == id + 1 ? -1 : 0)
    }
    func mutableLimit(_ id: Int, _ a: Int32) -> Int32 { a + Int32(by(id)) }
    func mutableLimit(_ id: Int, _ a: Nanoseconds) -> Nanoseconds {
      Nanoseconds(a.count + Int64(by(id)))
    }
    func mutableLimit(_ id: Int, _ a: Micrometres) -> Micrometres {
      Micrometres(a.count + Int32(by(id)))
    }
    func mutableLimit(_ id: Int, _ a: Millidegrees) -> Millidegrees {
      Millidegrees(a.count + Int32(by(id)))
    }
    func mutableLimit(_ id: Int, _ a: CentiDecibels) -> CentiDecibels {
      CentiDecibels(a.count + Int32(by(id)))
    }
    func mutableLimit(_ id: Int, _ a: MillimetresPerSecond) -> MillimetresPerSecond {
      MillimetresPerSecond(a.count + Int32(by(id)))
    }
    """
}
