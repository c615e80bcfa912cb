/// A length in whole micrometres.
public struct Micrometres: Hashable, Comparable, Sendable {
  public var count: Int32
  @inlinable public init(_ count: Int32) { self.count = count }
  @inlinable public static var zero: Self { Self(0) }
  @inlinable public var millimetres: Double { Double(count) * 1e-3 }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
  @inlinable public static func + (a: Self, b: Self) -> Self { Self(a.count + b.count) }
  @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.count - b.count) }
  @inlinable public var magnitude: Self { Self(count < 0 ? -count : count) }
}

/// An angle in whole thousandths of a degree.
public struct Millidegrees: Hashable, Comparable, Sendable {
  public var count: Int32
  @inlinable public init(_ count: Int32) { self.count = count }
  @inlinable public static var zero: Self { Self(0) }
  @inlinable public var degrees: Double { Double(count) * 1e-3 }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
  @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.count - b.count) }
  @inlinable public var magnitude: Self { Self(count < 0 ? -count : count) }

  /// The same direction in the half-open turn −180° ..< 180°.
  @inlinable public var wrapped: Self {
    let r = count % 360_000
    return Self(r >= 180_000 ? r - 360_000 : (r < -180_000 ? r + 360_000 : r))
  }
}

/// A level in whole hundredths of a decibel: the log scale on which safety compares amplitudes
/// without floating point.
public struct CentiDecibels: Hashable, Comparable, Sendable {
  public var count: Int32
  @inlinable public init(_ count: Int32) { self.count = count }
  @inlinable public static var zero: Self { Self(0) }
  @inlinable public var decibels: Double { Double(count) * 1e-2 }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
  @inlinable public static func + (a: Self, b: Self) -> Self { Self(a.count + b.count) }
  @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.count - b.count) }
}

/// A speed in whole millimetres per second, as the speed of sound is stated (1,570,000).
public struct MillimetresPerSecond: Hashable, Comparable, Sendable {
  public var count: Int32
  @inlinable public init(_ count: Int32) { self.count = count }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
}
