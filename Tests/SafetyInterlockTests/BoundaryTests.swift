import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// Every limit at its edge and one step of its unit to either side.
@Suite struct BoundaryTests {
  static let enabled = Bench.enabled()

  /// Whether the check permits; when it does not, the enable must be gone.
  static func permits(_ id: CheckID, _ spoil: (inout InterlockInputs) -> Void) -> Bool {
    var bench = enabled
    let decision = bench.step(spoil: spoil)
    let permits = decision.report[id].permits
    #expect(permits || !decision.isEnabled)
    return permits
  }

  static func signal(
    amplitude: Int32 = 5_000, snr: Int32 = 3_000, flight: Int64 = 3_200
  ) -> SignalObservation {
    SignalObservation(
      amplitude: CentiDecibels(amplitude), snr: CentiDecibels(snr),
      timeOfFlight: Nanoseconds(flight))
  }

  static let wildLevels: [Int32] = [.min, .min + 1, -1, 0, .max - 1, .max]
  static let wildTimes: [Int64] = [.min, .min + 1, -1, 0, 1, 1_000_001, .max - 1, .max]

  // R03: no value that any field can hold enables or traps, unless it is a good one.
  @Test func wildSignalsNeverEnableAndNeverTrap() {
    for value in Self.wildLevels {
      #expect(
        !Self.permits(.alignmentPeak) { $0.frame?.signal = Self.signal(amplitude: value) })
      #expect(
        !Self.permits(.alignmentLinkBudget) { $0.frame?.signal = Self.signal(amplitude: value) })
      for id in [CheckID.signalSNR] where value < 1_600 {
        #expect(!Self.permits(id) { $0.frame?.signal = Self.signal(snr: value) })
      }
      #expect(!Self.permits(.rangeSoundSpeed) { $0.soundSpeed = MillimetresPerSecond(value) })
    }
    for value in Self.wildTimes {
      for id in [CheckID.rangeReach, .rangeStable, .alignmentTimeOfFlight] {
        #expect(!Self.permits(id) { $0.frame?.signal = Self.signal(flight: value) }, "\(value)")
      }
    }
  }

  // R03: a search fed with wild numbers does not trap, and its maximum fits no good signal.
  @Test func wildSearchesNeverBracket() {
    for amplitude in Self.wildLevels {
      for place in Self.wildLevels {
        for flight in Self.wildTimes {
          var search = PeakSearch()
          search.begin()
          for roll in [0, place, .min, .max] {
            for _ in 0..<3 {
              search.note(
                Self.signal(amplitude: amplitude, flight: flight), roll: Millidegrees(roll),
                level: Micrometres(place))
            }
          }
          search.finish()
          #expect(!search.isBracketed)
        }
      }
    }
  }

  // R05
  @Test func signalToNoiseDeniesBelowItsFloor() {
    let floor = Limits.snrMin.count
    for (value, expected) in [(floor - 1, false), (floor, true), (floor + 1, true), (0, false)] {
      #expect(Self.permits(.signalSNR) { $0.frame?.signal = Self.signal(snr: value) } == expected)
    }
  }

  // R04
  @Test func amplitudeDeniesBelowItsAbsoluteFloor() {
    let floor = Limits.amplitudeFloor.count
    for (value, expected) in [(floor - 1, false), (floor, true), (floor + 1, true)] {
      #expect(
        Self.permits(.signalAmplitude) { $0.frame?.signal = Self.signal(amplitude: value) }
          == expected)
    }
  }

  // R04
  @Test func amplitudeMustBeAtTheMaximumOfTheSearch() {
    let low = 5_000 - Limits.peakDropMax.count
    let high = 5_000 + Limits.peakExcessMax.count
    for (value, expected) in [(low - 1, false), (low, true), (high, true), (high + 1, false)] {
      #expect(
        Self.permits(.alignmentPeak) { $0.frame?.signal = Self.signal(amplitude: value) }
          == expected, "\(value)")
    }
  }

  // R04: the first side lobe of a square aperture is 13.3 dB down, and is denied with room to spare.
  @Test func sideLobeFailsTheLinkBudget() {
    let low = 5_000 + Limits.linkBudgetLow.count
    let high = 5_000 + Limits.linkBudgetHigh.count
    for (value, expected) in [
      (low - 1, false), (low, true), (high, true), (high + 1, false), (5_000 - 1_330, false),
    ] {
      #expect(
        Self.permits(.alignmentLinkBudget) { $0.frame?.signal = Self.signal(amplitude: value) }
          == expected, "\(value)")
    }
  }

  // R04: even when a side lobe was searched and bracketed as if it were the main lobe.
  @Test func bracketedSideLobeNeverArms() {
    let level = LinkBudget { _ in CentiDecibels(5_000 + 1_330) }
    var setup = Bench.goodSetup
    setup.linkBudget = level
    var bench = Bench.searched(Bench(setup: setup))
    let decision = bench.step(.arm)
    #expect(decision.report[.alignmentBracketed].permits && decision.report[.alignmentPeak].permits)
    #expect(decision.isRefused && bench.isLocked)
  }

  // R06
  @Test func secondCueMustAgree() {
    let excess = Limits.timeOfFlightExcessMax.count
    for (value, expected) in [
      (3_200 + excess, true), (3_201 + excess, false), (3_200 - excess, true),
      (3_199 - excess, false),
    ] {
      #expect(
        Self.permits(.alignmentTimeOfFlight) { $0.frame?.signal = Self.signal(flight: value) }
          == expected, "\(value)")
    }
  }

  // R06: range = flight × speed; at 1,500,000 mm/s one ns is 1.5 µm.
  @Test func rangeMustLieBetweenNeedleMinimumAndReach() {
    for (flight, expected) in [
      (Int64(999), false), (1_000, true), (8_000, true), (8_001, false), (0, false),
    ] {
      #expect(
        Self.permits(.rangeReach) {
          $0.soundSpeed = MillimetresPerSecond(1_500_000)
          $0.frame?.signal = Self.signal(flight: flight)
        } == expected, "\(flight) ns")
    }
  }

  // R06
  @Test func soundSpeedMustBePlausible() {
    for (value, expected) in [
      (Int32(1_399_999), false), (1_400_000, true), (1_600_000, true), (1_600_001, false),
    ] {
      #expect(
        Self.permits(.rangeSoundSpeed) { $0.soundSpeed = MillimetresPerSecond(value) } == expected)
    }
  }

  // R06: units and signs that were mixed up.
  @Test func mixedUpUnitsDeny() {
    for speed in [Int32(1_570), 15_700_000, 157_000, -1_570_000, 1_570_000_000] {
      #expect(!Self.permits(.rangeSoundSpeed) { $0.soundSpeed = MillimetresPerSecond(speed) })
    }
    for flight in [Int64(3), 320, 32_000, 3_200_000, -3_200] {
      #expect(!Self.permits(.rangeReach) { $0.frame?.signal = Self.signal(flight: flight) })
    }
  }

  // R06
  @Test func flightMustBeStableOverTheDwell() {
    let spread = Limits.timeOfFlightSpread.count
    for (value, expected) in [
      (3_200 + spread, true), (3_201 + spread, false), (3_200 - spread, true),
      (3_199 - spread, false),
    ] {
      #expect(
        Self.permits(.rangeStable) { $0.frame?.signal = Self.signal(flight: value) } == expected)
    }
  }

  // R23
  @Test func needleBeyondItsThrowDenies() {
    let limit = Limits.needleThrow.count
    for (value, expected) in [
      (limit, true), (limit + 1, false), (-100, true), (-101, false), (.max, false), (.min, false),
    ] {
      #expect(
        Self.permits(.drivePosition) { $0.status?.value.needleDepth = Micrometres(value) }
          == expected)
    }
  }

  // R26
  @Test func consoleHealthDeniesOneOutAtATime() {
    let gain = Limits.gainTolerance.count
    let cases: [(Bool, (inout SafetyStatus) -> Void)] = [
      (true, { _ in }), (false, { $0.flags.remove(.supplyOk) }),
      (false, { $0.flags.remove(.temperatureOk) }), (false, { $0.flags.remove(.watchdogOk) }),
      (true, { $0.supplyMv = UInt16(Limits.supplyMin) }),
      (false, { $0.supplyMv = UInt16(Limits.supplyMin - 1) }),
      (true, { $0.supplyMv = UInt16(Limits.supplyMax) }),
      (false, { $0.supplyMv = UInt16(Limits.supplyMax + 1) }), (false, { $0.supplyMv = 0 }),
      (true, { $0.temperatureCdegc = Int16(Limits.temperatureMax) }),
      (false, { $0.temperatureCdegc = Int16(Limits.temperatureMax + 1) }),
      (true, { $0.temperatureCdegc = Int16(Limits.temperatureMin) }),
      (false, { $0.temperatureCdegc = Int16(Limits.temperatureMin - 1) }),
      (true, { $0.measuredGain = CentiDecibels(gain) }),
      (false, { $0.measuredGain = CentiDecibels(gain + 1) }),
      (true, { $0.measuredGain = CentiDecibels(-gain) }),
      (false, { $0.measuredGain = CentiDecibels(-gain - 1) }),
      (false, { $0.measuredGain = CentiDecibels(.min) }),
      (false, { $0.measuredGain = CentiDecibels(.max) }),
    ]
    for (index, (expected, change)) in cases.enumerated() {
      #expect(
        Self.permits(.consoleHealth) { change(&$0.status!.value) } == expected, "case \(index)")
    }
    #expect(!Self.permits(.consoleHealth) { $0.frame?.flags.insert(.emitterFault) })
  }

  // R24, R26
  @Test func selfTestNeedsEveryItemRunPassedAndRecent() {
    for bit in 0..<9 {
      let item = SelfTestItems(rawValue: 1 << UInt16(bit))
      #expect(!Self.permits(.consoleSelfTest) { $0.selfTest?.value.passed.remove(item) })
      #expect(!Self.permits(.consoleSelfTest) { $0.selfTest?.value.run.remove(item) })
    }
    #expect(Self.permits(.consoleSelfTest) { $0.selfTest?.since = $0.now })
    #expect(
      !Self.permits(.consoleSelfTest) {
        $0.selfTest?.since = HostInstant(nanoseconds: $0.now.nanoseconds + 1)
      })
    // Of an earlier connection.
    #expect(!Self.permits(.consoleSelfTest) { $0.selfTest?.since = HostInstant(nanoseconds: 1) })
  }

  // R26: 600 s to the nanosecond.
  @Test func selfTestExpires() {
    for (late, expected) in [(UInt64(0), true), (1, false)] {
      var bench = Bench.locked(Bench())
      let since = bench.instant
      while bench.now + 10_000_000 < since.nanoseconds + 600_000_000_000 {
        bench.step { $0.selfTest?.since = since }
      }
      bench.period = Int64(since.nanoseconds + 600_000_000_000 + late - bench.now)
      let decision = bench.step { $0.selfTest?.since = since }
      #expect(decision.report[.consoleSelfTest].permits == expected)
    }
  }

  // R21: no extreme of the setup traps, and none enables.
  @Test func extremesOfTheSetupNeverEnable() {
    let extremes: [Int32] = [.min, -1, 0, 100_000, .max]
    for value in extremes {
      var setup = Bench.goodSetup
      setup.linkBudget = LinkBudget { _ in CentiDecibels(value) }
      #expect(!Bench.enabled(Bench(setup: setup)).isEnabled)
      setup.linkBudget = LinkBudget { CentiDecibels($0 % 2 == 0 ? value : .max) }
      #expect(!setup.linkBudget.isValid && !Bench.enabled(Bench(setup: setup)).isEnabled)
      guard value != 0, value != -1 else { continue }
      setup = Bench.goodSetup
      setup.commandedGain = CentiDecibels(value)
      #expect(!Bench.enabled(Bench(setup: setup)).isEnabled)
    }
  }

  // R21, R25: outside its table a link budget knows nothing.
  @Test func linkBudgetEndsWithItsTable() {
    let budget = LinkBudget { CentiDecibels(6_000 - 100 * Int32($0)) }
    #expect(budget.level(at: Micrometres(999)) == nil)
    #expect(budget.level(at: Micrometres(1_000)) == CentiDecibels(5_900))
    #expect(budget.level(at: Micrometres(1_500)) == CentiDecibels(5_850))
    #expect(budget.level(at: Micrometres(16_000)) == CentiDecibels(4_400))
    #expect(budget.level(at: Micrometres(16_001)) == nil)
    #expect(budget.level(at: Micrometres(.min)) == nil)
    #expect(!LinkBudget { CentiDecibels(Int32($0) * 301) }.isValid)
    #expect(budget == budget && budget != Bench.goodSetup.linkBudget)
  }
}
