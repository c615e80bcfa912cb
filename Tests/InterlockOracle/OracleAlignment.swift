import HardwareSpecs
import Quantities
import SafetyInterlock

/// The alignment checks and the gate: what must hold before arming, and for the permit.
extension InterlockOracle {
  func alignment(_ inputs: InterlockInputs, into table: inout VerdictTable) {
    let signal = history.signal
    func judge(_ holds: (SignalObservation) -> Bool) -> Verdict {
      signal.map(holds) == true ? .permit : .deny
    }
    table[.signalValid] = judge { _ in true }
    table[.signalAmplitude] = judge { $0.amplitude >= Limits.amplitudeFloor }
    table[.signalSNR] = judge { $0.snr >= Limits.snrMin }
    let range = signal.flatMap { distance($0.timeOfFlight, inputs.soundSpeed) }
    table[.rangeReach] =
      range.map {
        $0 >= Int64(Limits.needleDistanceMin.count) && $0 <= Int64(Limits.needleReach.count)
          ? .permit : .deny
      } ?? .deny
    table[.rangeStable] = stable()
    table[.alignmentLinkBudget] = judge { signal in
      guard let range, let range = Int32(exactly: range),
        let expected = setup.linkBudget.level(at: Micrometres(range))
      else { return false }
      let over = Int64(signal.amplitude.count) - Int64(expected.count)
      return over >= Int64(Limits.linkBudgetLow.count)
        && over <= Int64(Limits.linkBudgetHigh.count)
    }
    let found = history.search.result
    table[.alignmentBracketed] = found?.isBracketed == true ? .permit : .deny
    table[.alignmentPeak] = judge { signal in
      guard let found else { return false }
      let over = Int64(signal.amplitude.count) - Int64(found.amplitude)
      return over >= -Int64(Limits.peakDropMax.count)
        && over <= Int64(Limits.peakExcessMax.count)
    }
    table[.alignmentTimeOfFlight] = judge { signal in
      guard let shortest = found?.shortestFlight else { return false }
      return signal.timeOfFlight.count <= shortest + Limits.timeOfFlightExcessMax.count
    }
  }

  /// Whole micrometres that sound goes in a time, one way; nil when either is unknown or not above 0.
  private func distance(_ time: Nanoseconds, _ speed: MillimetresPerSecond?) -> Int64? {
    guard let speed, speed.count > 0, time.count > 0 else { return nil }
    let (product, overflows) = time.count.multipliedReportingOverflow(by: Int64(speed.count))
    return overflows ? nil : product / 1_000_000
  }

  /// The flights of one dwell lie close together (R06).
  private func stable() -> Verdict {
    guard let newest = history.newest, history.signal != nil else { return .deny }
    var least = Int64.max
    var most = Int64.min
    for seen in history.frames.reversed() {
      guard newest.deviceTime - seen.frame.deviceTime <= Limits.dwell,
        let flight = seen.frame.signal?.timeOfFlight.count
      else { break }
      least = min(least, flight)
      most = max(most, flight)
    }
    return most - least <= Limits.timeOfFlightSpread.count ? .permit : .deny
  }

  func gate(_ inputs: InterlockInputs, into table: inout VerdictTable) {
    table[.switchEnable] = enableSwitch(inputs)
    table[.armingArmed] = state.armedSince == nil ? .deny : .permit
    table[.alignmentDwell] = dwell() ? .permit : .deny
  }

  private func enableSwitch(_ inputs: InterlockInputs) -> Verdict {
    guard let status = inputs.currentStatus else { return .deny }
    if let since = history.contactsDisagreeSince,
      inputs.now - since >= Limits.switchDiscrepancy
    {
      return .latch
    }
    let wasLetGo = history.releasedAt > history.releaseAskedAt
    return status.contacts == .held && wasLetGo ? .permit : .deny
  }

  /// Only consecutive fresh good frames count: 40 of them at least, over 500 ms (R07).
  private func dwell() -> Bool {
    var count: Int32 = 0
    var first: DeviceInstant?
    for seen in history.frames.reversed() {
      guard seen.isGood else { break }
      count += 1
      first = seen.frame.deviceTime
      if let newest = history.newest, newest.deviceTime - seen.frame.deviceTime >= Limits.dwell,
        count >= Limits.dwellFrames
      {
        return true
      }
    }
    guard let first, let newest = history.newest else { return false }
    return count >= Limits.dwellFrames && newest.deviceTime - first >= Limits.dwell
  }
}
