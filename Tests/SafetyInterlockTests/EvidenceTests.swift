import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// What a check shows beside its verdict: the value that it judged, and the limit of the specs.
@Suite struct EvidenceTests {
  static let limits: [(CheckID, Int64)] = [
    (.linkConnected, 1), (.linkIdentity, 1), (.configurationValid, 1), (.journalRecording, 1),
    (.clockConsistent, Limits.clockDisagreement.count), (.loopDeadline, Limits.loopLate.count),
    (.streamIntegrity, 0), (.streamSequence, 1), (.streamLive, Int64(Limits.frozenPayloads) - 1),
    (.streamFresh, Limits.frameStaleAfter.count), (.consoleFresh, Limits.statusStaleAfter.count),
    (.consoleEstop, 1), (.switchEnable, 1), (.consoleReadback, Limits.readbackMismatch.count),
    (.consoleTrip, 0), (.consoleHealth, Int64(Limits.gainTolerance.count)),
    (.consoleSelfTest, Int64(SelfTestItems.all.rawValue)),
    (.drivePosition, Int64(Limits.needleThrow.count)), (.signalValid, 0),
    (.signalAmplitude, Int64(Limits.amplitudeFloor.count)),
    (.signalSNR, Int64(Limits.snrMin.count)),
    (.rangeSoundSpeed, Int64(Limits.soundSpeedMax.count)),
    (.rangeReach, Int64(Limits.needleReach.count)),
    (.rangeStable, Limits.timeOfFlightSpread.count),
    (.alignmentLinkBudget, Int64(Limits.linkBudgetHigh.count)), (.alignmentBracketed, 15),
    (.alignmentPeak, Int64(Limits.peakExcessMax.count)),
    (.alignmentTimeOfFlight, Limits.timeOfFlightExcessMax.count), (.armingArmed, 1),
    (.alignmentDwell, Limits.dwell.count),
  ]

  // R02: whether it permits or denies.
  @Test func everyCheckShowsTheLimitOfTheSpecs() {
    let decision = Bench.enabled().decision!
    #expect(decision.isEnabled && Self.limits.count == CheckID.count)
    for (id, limit) in Self.limits {
      #expect(decision.report[id].limit == limit, "\(id.name)")
    }
  }

  // R02: what is below shows the lower of two limits, and so does what is unknown.
  @Test func whatIsTooLowShowsTheLowerLimit() {
    func shown(_ id: CheckID, _ spoil: (inout InterlockInputs) -> Void) -> Int64 {
      var bench = BoundaryTests.enabled
      return bench.step(spoil: spoil).report[id].limit
    }
    let lows: [(CheckID, Int64, (inout InterlockInputs) -> Void)] = [
      (
        .rangeSoundSpeed, Int64(Limits.soundSpeedMin.count),
        { $0.soundSpeed = MillimetresPerSecond(1_399_999) }
      ),
      (
        .rangeReach, Int64(Limits.needleDistanceMin.count),
        { $0.frame?.signal = BoundaryTests.signal(flight: 900) }
      ),
      (
        .alignmentLinkBudget, Int64(Limits.linkBudgetLow.count),
        { $0.frame?.signal = BoundaryTests.signal(amplitude: 4_399) }
      ),
      (
        .alignmentPeak, -Int64(Limits.peakDropMax.count),
        { $0.frame?.signal = BoundaryTests.signal(amplitude: 4_799) }
      ),
    ]
    for (id, limit, spoil) in lows { #expect(shown(id, spoil) == limit, "\(id.name)") }
    #expect(shown(.rangeSoundSpeed) { $0.soundSpeed = nil } == Int64(Limits.soundSpeedMin.count))
    for id in [CheckID.rangeReach, .alignmentLinkBudget, .alignmentPeak] {
      let limit = lows.first { $0.0 == id }!.1
      #expect(shown(id) { $0.frame?.signal = nil } == limit, "\(id.name)")
    }
  }

  // R06: a range is known from 0 to 1 ms of flight and for any speed that is not negative; it is in
  // whole micrometres, rounded down.
  @Test func rangeIsKnownWithinItsTableOnly() {
    for (flight, speed, expected) in [
      (0, 1_570_000, 0), (1, 1_570_000, 1), (-1, 1_570_000, nil), (1_000_000, 1_600_000, 1_600_000),
      (1_000_001, 1_600_000, nil), (3_200, 0, 0), (3_200, 1, 0), (3_200, -1, nil),
      (3_201, 1_499_999, 4_801), (1_000_000, .max, .init(Int32.max)),
    ] as [(Int64, Int32, Int64?)] {
      var bench = BoundaryTests.enabled
      let result = bench.step {
        $0.soundSpeed = MillimetresPerSecond(speed)
        $0.frame?.signal = BoundaryTests.signal(flight: flight)
      }.report[.rangeReach]
      #expect(result.isKnown == (expected != nil), "\(flight) ns at \(speed) mm/s")
      if let expected { #expect(result.value == expected, "\(flight) ns at \(speed) mm/s") }
    }
  }

  // R25: a proved setup whose link budget is not plausible is no proved setup.
  @Test func setupNeedsAPlausibleLinkBudget() {
    var setup = Bench.goodSetup
    setup.linkBudget = LinkBudget { _ in CentiDecibels(12_001) }
    var bench = Bench(setup: setup)
    #expect(!bench.step().report[.configurationValid].permits)
    bench = Bench()
    #expect(bench.step().report[.configurationValid].permits)
    #expect(!bench.step { $0.isConfigurationValid = false }.report[.configurationValid].permits)
  }

  // R07: to the nanosecond.
  @Test func dwellIsCompleteAtItsLimitAndNotBefore() {
    for (short, expected) in [(Int64(1), false), (0, true)] {
      var bench = Bench.pressed()
      bench.step { $0.frame?.signal = nil }
      bench.steps(50)
      bench.period -= short
      let result = bench.step().report[.alignmentDwell]
      #expect(result.value == Limits.dwell.count - short)
      #expect(result.permits == expected && bench.isEnabled == expected)
    }
  }
}
