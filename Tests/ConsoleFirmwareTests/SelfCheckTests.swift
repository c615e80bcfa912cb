import ConsoleFirmware
import HardwareSpecs
import Quantities
import SafetyInterlock
import TestSupport
import Testing

/// The console's watch over its own outputs, its self-test, and what it reports.
@Suite struct SelfCheckTests {
  // R24
  @Test func anOutputStuckOnTripsInTimeAndOpensTheRelay() {
    var rig = FirmwareRig.ready()
    rig.stuckLine = true
    rig.step(20)
    #expect(rig.firmware.trip == .none, "a mismatch shorter than its limit is no fault")
    #expect(rig.firmware.outputs.isRelayClosed)
    rig.step()
    #expect(rig.firmware.trip == .readback)
    #expect(!rig.firmware.outputs.isRelayClosed)
    rig.send(AcknowledgeTrip(cause: .readback))
    #expect(rig.answer == .refused, "while the line is still on")
    rig.step(100)
    #expect(!rig.firmware.outputs.isRelayClosed)
  }

  // R17: a loop that stands runs no round, and so cannot end its own lease.
  @Test func theTimerInterruptDropsTheDriveOfALoopThatStands() {
    var rig = FirmwareRig.advancing()
    #expect(rig.isOn)
    rig.hang(Limits.watchdogClose)
    #expect(rig.firmware.watchdogInterrupt(at: rig.now).driveEnable, "the window is still open")
    rig.hang(Nanoseconds(1))
    let outputs = rig.firmware.watchdogInterrupt(at: rig.now)
    #expect(outputs == Outputs())
    #expect(rig.firmware.trip == .watchdog)
    rig.step(10)
    #expect(!rig.firmware.outputs.isRelayClosed, "a loop that goes on again is no acknowledge")
  }

  // R24
  @Test func anOutputStuckOffTripsInTime() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    rig.stuckLine = false
    for round in 0..<30 {
      if round % 10 == 0 { rig.renew() }
      rig.step()
    }
    #expect(rig.firmware.trip == .readback)
    #expect(!rig.isOn)
  }

  // R24
  @Test func aMismatchThatGoesAwayBeginsItsTimeAnew() {
    var rig = FirmwareRig.ready()
    for _ in 0..<20 {
      rig.stuckLine = true
      rig.step(15)
      rig.stuckLine = nil
      rig.step()
    }
    #expect(rig.firmware.trip == .none)
  }

  // R24
  @Test func aNeedleThatMovesWithoutACommandTrips() {
    var rig = FirmwareRig.ready()
    for round in 1...60 {
      rig.put(depth: Double(round) * 10)
      rig.step()
    }
    #expect(rig.firmware.trip == .readback)
    #expect(!rig.firmware.outputs.isRelayClosed)
  }

  /// Otherwise the needle would go on past its target by as much as the readback went back.
  // R24
  @Test func aReadbackThatGoesBackDuringAnAdvanceTrips() {
    var rig = FirmwareRig.ready()
    rig.advance(to: 3_000, speed: 5_000, untilDepth: 1_500)
    #expect(rig.firmware.trip == .none)
    rig.readbackError = -1_083
    for _ in 0..<40 {
      rig.step(10)
      rig.renew()
    }
    #expect(rig.firmware.trip == .readback)
    #expect(rig.depth < 3_000, "stopped long before the target: \(rig.depth) µm")
  }

  /// The command was given for a needle that was elsewhere.
  // R24
  @Test(arguments: [0, 1, 10, 19]) func aReadbackThatLeapsBackJustBeforeAnAdvanceTrips(
    rounds: Int
  ) {
    var rig = FirmwareRig.ready()
    rig.advance(to: 1_500, speed: 10_000, untilDepth: 1_500)
    // The lease ends, and a new one begins with the needle at rest.
    rig.press(false)
    rig.step(2)
    rig.press(true)
    rig.step(2)
    rig.readbackError = -1_083
    rig.pins.needleDepth = Micrometres(1_500 - 1_083)
    rig.step(rounds)
    rig.renew()
    rig.advance(to: 2_500, speed: 10_000)
    #expect(rig.answer == .accepted && rig.firmware.trip == .none)
    for _ in 0..<12 {
      rig.step(10)
      rig.renew()
    }
    #expect(rig.firmware.trip == .readback)
    #expect(rig.depth < 1_750, "stopped within 25 ms: \(rig.depth) µm")
    // An acknowledge believes the readback again.
    rig.press(false)
    rig.send(AcknowledgeTrip(cause: .readback))
    #expect(rig.answer == .accepted)
    rig.step(40)
    #expect(rig.firmware.trip == .none)
  }

  /// The console would take a needle that has long passed its target for one that is still on its way.
  // R24
  @Test(arguments: [500, 3_000, 10_000] as [UInt32]) func aReadbackThatStandsStillTrips(
    speed: UInt32
  ) {
    var rig = FirmwareRig.ready()
    rig.renew()
    rig.advance(to: 1_500, speed: speed)
    while rig.depth < 1_000 {
      rig.step(10)
      rig.renew()
    }
    let still = rig.depth
    rig.frozenDepth = still
    for _ in 0..<60 {
      rig.step(10)
      rig.renew()
    }
    #expect(rig.firmware.trip == .readback)
    #expect(rig.depth - still < 330, "at \(rig.depth - still) µm of \(Limits.overshootAllowed)")
  }

  /// A drive that is a tenth slow is no fault.
  // R24
  @Test func aSlowDriveIsNoStandstill() {
    var rig = FirmwareRig.ready()
    rig.driveGain = 0.9
    rig.renew()
    rig.advance(to: 3_000, speed: 10_000)
    for _ in 0..<60 {
      rig.step(10)
      rig.renew()
    }
    #expect(rig.firmware.trip == .none && rig.depth > 2_990)
  }

  // R24
  @Test func aNeedleAtRestMayBeDrawnBackByHand() {
    var rig = FirmwareRig.ready()
    rig.advance(to: 1_500, speed: 10_000, untilDepth: 1_500)
    rig.press(false)
    rig.step(2)
    while rig.depth > 20 {
      rig.put(depth: rig.depth - 20)
      rig.step()
    }
    rig.step(40)
    #expect(rig.firmware.trip == .none)
  }

  // R24, R26
  @Test func theSelfTestNamesWhatFailedAndRunsEverything() throws {
    func report(_ change: (inout FirmwareRig) -> Void) throws -> SelfTestReport {
      var rig = FirmwareRig()
      rig.connect()
      change(&rig)
      rig.step()
      rig.send(SelfTestRequest())
      rig.step()
      let report = try #require(rig.reports.last)
      #expect(report.run == .all)
      // What failed gives no lease, however good all else is.
      rig.pins = Pins()
      rig.stuckLine = nil
      rig.step(2)
      rig.send(AcknowledgeTrip(cause: rig.firmware.trip))
      rig.step(2)
      rig.press(true)
      rig.step(2)
      rig.renew()
      rig.advance()
      rig.step()
      #expect(rig.isOn == (report.passed == .all), "\(report.passed)")
      return report
    }
    #expect(try report { _ in }.passed == .all)
    #expect(
      try report { $0.pins.isImageIntact = false }.passed == SelfTestItems.all.subtracting(.memory))
    #expect(
      try report { $0.pins.isConverterFit = false }.passed
        == SelfTestItems.all.subtracting(.converter))
    #expect(
      try report { $0.pins.isEmitterFit = false }.passed == SelfTestItems.all.subtracting(.emitter))
    for (supply, temperature) in [
      (UInt16(4_499), Int16(3_500)), (5_501, 3_500), (5_000, 499), (5_000, 6_001), (0, .min),
    ] {
      let failed = try report {
        $0.pins.supplyMillivolts = supply
        $0.pins.temperature = temperature
      }
      #expect(failed.passed == SelfTestItems.all.subtracting(.supply))
    }
    #expect(try report { $0.stuckLine = true }.passed == SelfTestItems.all.subtracting(.tripRelay))
  }

  // R24
  @Test func theSelfTestDoesNotRunOnARunningDriveAndEnergisesNothing() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    let reports = rig.reports.count
    rig.send(SelfTestRequest())
    #expect(rig.answer == .wrongState)
    #expect(rig.reports.count == reports)
    rig.press(false)
    rig.step()
    rig.send(SelfTestRequest())
    #expect(rig.answer == .accepted)
    #expect(!rig.isOn && !rig.isMoving)
  }

  // R29
  @Test func theStatusComesEveryPeriodAndAtEveryChange() {
    var rig = FirmwareRig.ready()
    rig.step(10)
    rig.statuses = []
    rig.step(100)
    #expect(rig.statuses.count == 20)
    let times = rig.statuses.map(\.status.deviceTime)
    for (a, b) in zip(times, times.dropFirst()) { #expect(b - a == Limits.statusPeriod) }
    let numbers = rig.statuses.map(\.sequence)
    for (a, b) in zip(numbers, numbers.dropFirst()) { #expect(b == a + 1) }
    // The drive goes on, and off: both are told in the round in which they happen.
    rig.step()
    rig.statuses = []
    rig.renew()
    rig.advance(speed: 1_000)
    rig.step()
    #expect(rig.statuses.count == 1)
    #expect(
      rig.statuses.last?.status.flags.isSuperset(of: [.driveCommanded, .leaseActive]) == true)
    rig.pins.isEstopOK = false
    rig.step()
    #expect(rig.statuses.count == 2)
    #expect(rig.statuses.last?.status.trip == .estop)
    #expect(rig.statuses.last?.status.flags.contains(.driveCommanded) == false)
    #expect(rig.statuses.last?.status.flags.contains(.relayClosed) == false)
  }

  // R26
  @Test func theStatusShowsEachInputAsItIs() throws {
    func flags(_ change: (inout FirmwareRig) -> Void) throws -> SafetyFlags {
      var rig = FirmwareRig.ready()
      change(&rig)
      rig.step(6)
      return try #require(rig.statuses.last).status.flags
    }
    let good = try flags { _ in }
    #expect(
      good == [
        .relayClosed, .switchNormallyOpen, .estopOk, .watchdogOk, .selfTestOk, .supplyOk,
        .temperatureOk, .streaming,
      ])
    #expect(try flags { $0.press(false) }.contains(.switchNormallyClosed))
    #expect(try !flags { $0.pins.isEstopOK = false }.contains(.estopOk))
    #expect(try !flags { $0.pins.supplyMillivolts = 4_000 }.contains(.supplyOk))
    #expect(try !flags { $0.pins.temperature = 6_500 }.contains(.temperatureOk))
    #expect(try !flags { $0.send(Stop()) }.contains(.streaming))
    #expect(try flags { $0.stuckLine = true }.contains(.driveReadback))
    #expect(try !flags { $0.hang(.milliseconds(10)) }.contains(.watchdogOk))
  }

  // R12
  @Test func anUnpluggedConsoleIsSilentAndItsRunningLeaseTrips() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    rig.firmware.loseLink()
    #expect(rig.firmware.trip == .linkLost)
    rig.statuses = []
    rig.step(20)
    #expect(rig.statuses.isEmpty)
    #expect(!rig.firmware.acquisition.isStreaming)
    #expect(!rig.isOn)
  }
}
