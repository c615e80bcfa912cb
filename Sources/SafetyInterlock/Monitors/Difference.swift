import Quantities

// Values from the wire may be anything. A difference that its type cannot hold reads as wildly
// wrong: it neither traps, which would end the process, nor wraps round to plausible (R03, R27).

/// `a − b`, clamped to what 64 bits hold and never `Int64.min`, which stands for unknown.
package func apart(_ a: Nanoseconds, _ b: Nanoseconds) -> Int64 {
  let (difference, overflow) = a.count.subtractingReportingOverflow(b.count)
  guard overflow || difference == .min else { return difference }
  return a < b ? -.max : .max
}

/// `a − b` in whole micrometres.
package func apart(_ a: Micrometres, _ b: Micrometres) -> Int64 { Int64(a.count) - Int64(b.count) }

/// From `b` to `a` the shorter way round, in thousandths of a degree: −180° ..< 180°.
package func turned(from b: Millidegrees, to a: Millidegrees) -> Int64 {
  let rest = (Int64(a.count) - Int64(b.count)) % 360_000
  return rest >= 180_000 ? rest - 360_000 : (rest < -180_000 ? rest + 360_000 : rest)
}
