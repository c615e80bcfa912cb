import HardwareSpecs
import Quantities
import SafetyInterlock

/// The alignment checks and the gate: what must hold before arming, and for the permit.
extension OracleRules {
  func alignment(into table: inout VerdictTable) {
    func judge(_ holds: (SignalObservation) -> Bool) -> Verdict {
      signal.map(holds) == true ? .permit : .deny
    }
    let marks = history.newest?.flags ?? []
    table[.signalValid] = judge { _ in
      !marks.contains(.clipped) && !marks.contains(.gainSettling)
    }
    table[.signalAmplitude] = judge { $0.amplitude >= Limits.amplitudeFloor }
    table[.signalSNR] = judge { $0.snr >= Limits.snrMin }
    let range = distance()
    table[.rangeReach] =
      range.map { $0 >= Limits.needleDistanceMin && $0 <= Limits.needleReach ? .permit : .deny }
      ?? .deny
    table[.rangeStable] = judge { signal in
      let flights = history.dwell.flights + [signal.timeOfFlight.count]
      return Int128(flights.max()!) - Int128(flights.min()!)
        <= Int128(Limits.timeOfFlightSpread.count)
    }
    table[.alignmentLinkBudget] = judge { signal in
      guard let range, let expected = setup.linkBudget.level(at: range) else { return false }
      let over = Int64(signal.amplitude.count) - Int64(expected.count)
      return over >= Int64(Limits.linkBudgetLow.count) && over <= Int64(Limits.linkBudgetHigh.count)
    }
    let found = history.search.result
    table[.alignmentBracketed] = found?.isBracketed == true ? .permit : .deny
    table[.alignmentPeak] = judge { signal in
      guard let maximum = found?.maximum else { return false }
      let over = Int64(signal.amplitude.count) - Int64(maximum)
      return over >= -Int64(Limits.peakDropMax.count) && over <= Int64(Limits.peakExcessMax.count)
    }
    table[.alignmentTimeOfFlight] = judge { signal in
      guard let shortest = found?.shortestFlight else { return false }
      let over = Int128(signal.timeOfFlight.count) - Int128(shortest)
      return over.magnitude <= Int128(Limits.timeOfFlightExcessMax.count).magnitude
    }
  }

  /// How far sound goes in the time of flight, one way, rounded down; nil when that is no length
  /// that a bench can have.
  private func distance() -> Micrometres? {
    guard let signal, let speed = inputs.soundSpeed, speed.count >= 0,
      (0...1_000_000).contains(signal.timeOfFlight.count)
    else { return nil }
    let micrometres = signal.timeOfFlight.count * Int64(speed.count) / 1_000_000
    return Micrometres(Int32(clamping: micrometres))
  }

  /// The gate, but for the dwell, which judges all the others.
  func gate(_ state: OracleState, into table: inout VerdictTable) {
    table[.switchEnable] =
      status == nil
      ? .deny
      : (history.contacts.isDiscrepancyLatched
        ? .latch : (history.contacts.isHeld ? .permit : .deny))
    let isArmed = state.armedSince.map { state.isArmingGood(since: $0, at: inputs.now) } ?? false
    table[.armingArmed] = isArmed ? .permit : .deny
  }
}

extension OracleState {
  /// Up to and with 60 s; a clock that ran back makes it void (R19).
  func isArmingGood(since: HostInstant, at now: HostInstant) -> Bool {
    now >= since && now - since <= Limits.armingExpires
  }
}
