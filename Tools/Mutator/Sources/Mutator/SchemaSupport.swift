/// What the rewritten core calls: compiled into the scratch copy of `SafetyInterlock`.
enum SchemaSupport {
  static let text = """
    import Glibc
    public import Quantities

    let activeMutant: Int = getenv("MUTANT").flatMap { Int(String(cString: $0)) } ?? -1

    @inline(never) public func isNotMutant(_ id: Int) -> Bool { activeMutant != id }

    public func mutableGE<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a > b : (activeMutant == id + 1 ? a < b : a >= b)
    }
    public func mutableGT<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a >= b : (activeMutant == id + 1 ? a <= b : a > b)
    }
    public func mutableLE<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a < b : (activeMutant == id + 1 ? a > b : a <= b)
    }
    public func mutableLT<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a <= b : (activeMutant == id + 1 ? a >= b : a < b)
    }
    // Whole numbers of two kinds, as Swift compares them; only where no other way fits.
    @_disfavoredOverload public func mutableGT<A: BinaryInteger, B: BinaryInteger>(
      _ id: Int, _ a: A, _ b: B
    ) -> Bool {
      activeMutant == id ? a >= b : (activeMutant == id + 1 ? a <= b : a > b)
    }
    @_disfavoredOverload public func mutableLE<A: BinaryInteger, B: BinaryInteger>(
      _ id: Int, _ a: A, _ b: B
    ) -> Bool {
      activeMutant == id ? a < b : (activeMutant == id + 1 ? a > b : a <= b)
    }
    public func mutableEQ<T: Equatable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a != b : a == b
    }
    public func mutableNE<T: Equatable>(_ id: Int, _ a: T, _ b: T) -> Bool {
      activeMutant == id ? a == b : a != b
    }
    public func mutableAnd(_ id: Int, _ a: Bool, _ b: @autoclosure () -> Bool) -> Bool {
      switch activeMutant {
      case id: a || b()
      case id + 1: a
      case id + 2: b()
      default: a && b()
      }
    }
    public func mutableOr(_ id: Int, _ a: Bool, _ b: @autoclosure () -> Bool) -> Bool {
      switch activeMutant {
      case id: a && b()
      case id + 1: a
      case id + 2: b()
      default: a || b()
      }
    }
    public func mutableNot(_ id: Int, _ a: Bool) -> Bool { activeMutant == id ? a : !a }
    public func mutableBool(_ id: Int, _ a: Bool) -> Bool { activeMutant == id ? !a : a }
    public func mutableCondition(_ id: Int, _ a: Bool) -> Bool {
      switch activeMutant {
      case id: !a
      case id + 1: true
      case id + 2: false
      default: a
      }
    }
    public func mutableNumber<T: FixedWidthInteger>(_ id: Int, _ a: T) -> T {
      activeMutant == id ? a &+ 1 : (activeMutant == id + 1 ? a &- 1 : a)
    }
    public func mutableMin<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> T {
      activeMutant == id ? max(a, b) : min(a, b)
    }
    public func mutableMax<T: Comparable>(_ id: Int, _ a: T, _ b: T) -> T {
      activeMutant == id ? min(a, b) : max(a, b)
    }

    /// A limit, and the same limit by one of its unit more or less.
    public protocol MutableQuantity {
      associatedtype Count: FixedWidthInteger
      var count: Count { get set }
    }
    extension Nanoseconds: MutableQuantity {}
    extension Micrometres: MutableQuantity {}
    extension Millidegrees: MutableQuantity {}
    extension CentiDecibels: MutableQuantity {}
    extension MillimetresPerSecond: MutableQuantity {}
    extension Int32: MutableQuantity {
      public var count: Int32 {
        get { self }
        set { self = newValue }
      }
    }
    public func mutableLimit<T: MutableQuantity>(_ id: Int, _ a: T) -> T {
      var moved = a
      if activeMutant == id { moved.count += 1 }
      if activeMutant == id + 1 { moved.count -= 1 }
      return moved
    }
    """
}
