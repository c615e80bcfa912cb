/// A length of time in whole nanoseconds, negative when it runs backwards.
///
/// Arithmetic is checked: an overflow traps, and a trap is a reset (R27, R01).
public struct Nanoseconds: Hashable, Comparable, Sendable {
  public var count: Int64

  @inlinable public init(_ count: Int64) { self.count = count }

  @inlinable public static func microseconds(_ n: Int64) -> Self { Self(n * 1_000) }
  @inlinable public static func milliseconds(_ n: Int64) -> Self { Self(n * 1_000_000) }
  @inlinable public static func seconds(_ n: Int64) -> Self { Self(n * 1_000_000_000) }
  @inlinable public static var zero: Self { Self(0) }

  @inlinable public var seconds: Double { Double(count) * 1e-9 }
  @inlinable public var milliseconds: Double { Double(count) * 1e-6 }

  @inlinable public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
  @inlinable public static func + (a: Self, b: Self) -> Self { Self(a.count + b.count) }
  @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.count - b.count) }
  @inlinable public static func * (a: Self, n: Int64) -> Self { Self(a.count * n) }
  @inlinable public static func / (a: Self, n: Int64) -> Self { Self(a.count / n) }
  @inlinable public static func += (a: inout Self, b: Self) { a.count += b.count }
  @inlinable public var magnitude: Self { Self(count < 0 ? -count : count) }
}

/// A point on the console's own clock: nanoseconds since the console started.
public struct DeviceInstant: Hashable, Comparable, Sendable {
  public var nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  @inlinable public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable public static func + (a: Self, d: Nanoseconds) -> Self {
    Self(nanoseconds: advance(a.nanoseconds, by: d))
  }
  /// The time from `b` to `a`; differences that no 64-bit count can hold are clamped to its ends,
  /// so that a wild clock reads as wildly wrong instead of wrapping round to plausible.
  @inlinable public static func - (a: Self, b: Self) -> Nanoseconds {
    difference(a.nanoseconds, b.nanoseconds)
  }
}

/// A point on the host's monotonic clock, never wall-clock time (R15).
public struct HostInstant: Hashable, Comparable, Sendable {
  public var nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  @inlinable public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable public static func + (a: Self, d: Nanoseconds) -> Self {
    Self(nanoseconds: advance(a.nanoseconds, by: d))
  }
  /// The time from `b` to `a`, clamped as for `DeviceInstant`.
  @inlinable public static func - (a: Self, b: Self) -> Nanoseconds {
    difference(a.nanoseconds, b.nanoseconds)
  }
}

@inlinable func advance(_ start: UInt64, by d: Nanoseconds) -> UInt64 {
  d.count >= 0 ? start + UInt64(d.count) : start - UInt64(d.count.magnitude)
}

@inlinable func difference(_ a: UInt64, _ b: UInt64) -> Nanoseconds {
  a >= b
    ? Nanoseconds(Int64(clamping: a - b))
    : Nanoseconds(-Int64(clamping: b - a))
}
