import HardwareSpecs
import Quantities
import SafetyInterlock

/// Arrival of frames against the console's clock, and the judgement over it (R15).
///
/// *Delay* of a frame: the host instant of its arrival minus its device time. It has no meaning as a
/// number; only its change has. Too early can only be a clock; too late may be the way.
struct OracleClocks: Sendable {
  struct Arrival: Sendable {
    var received: HostInstant
    var delay: Int64
  }

  private var arrivals: [Arrival] = []
  /// What delays are compared with, and since when.
  private var reference: Arrival?
  private var settlingSince: HostInstant?
  private(set) var disagrees = false

  /// After an acknowledge the comparison begins anew.
  mutating func forget() { self = OracleClocks() }

  mutating func take(_ frame: FrameObservation) {
    let arrival = Arrival(
      received: frame.received,
      delay: Int64(
        clamping: Int128(frame.received.nanoseconds)
          - Int128(frame.deviceTime.nanoseconds)))
    disagrees = false
    guard let base = reference, let began = settlingSince else {
      reference = arrival
      settlingSince = arrival.received
      arrivals = [arrival]
      return
    }
    arrivals.append(arrival)
    let allowed = Limits.clockDisagreement.count
    let change = arrival.delay.subtractingReportingOverflow(base.delay)
    let parted = change.overflow ? (arrival.delay < base.delay ? .min : .max) : change.partialValue
    if parted < -allowed {
      disagrees = true
    } else if parted < 0, arrival.received - began <= Limits.clockSettle {
      reference = arrival
    }
    // Late: only when every frame of a whole second is.
    if parted > allowed,
      let sinceLate = lateSince(base.delay + allowed),
      arrival.received - sinceLate >= Limits.clockLateWindow
    {
      disagrees = true
    }
    if arrival.received - (reference ?? base).received >= Limits.clockWindow {
      reference = arrivals.min { $0.delay < $1.delay }.map {
        Arrival(received: arrival.received, delay: $0.delay)
      }
      arrivals.removeAll(keepingCapacity: true)
      arrivals.append(arrival)
    }
  }

  /// The arrival of the first of the newest unbroken run of frames later than `delay`.
  private func lateSince(_ delay: Int64) -> HostInstant? {
    var first: HostInstant?
    for arrival in arrivals.reversed() {
      guard arrival.delay > delay else { break }
      first = arrival.received
    }
    return first
  }
}
