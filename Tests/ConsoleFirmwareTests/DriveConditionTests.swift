import ConsoleFirmware
import HardwareSpecs
import Quantities
import TestSupport
import Testing

/// The drive is on only while each single condition holds.
@Suite struct DriveConditionTests {
  // R01
  @Test func resetAtAnyPhaseGivesNoEnablePulse() {
    let seed: UInt64 = 101
    var random = SplitMix64(seed: seed)
    var wasOn = 0
    for phase in 0..<1_000 {
      var rig = FirmwareRig.advancing(speed: 2_000)
      for round in 0..<random.below(60) {
        if round % 10 == 9 { rig.renew() }
        rig.step()
      }
      if rig.isOn { wasOn += 1 }
      // A trap, a brown-out, a reset: the firmware begins anew, the host knows nothing of it.
      rig.firmware = ConsoleFirmware(
        serial: FirmwareRig.serial, firmwareHash: 7, specHash: SpecHash.value)
      var pulses = 0
      for round in 0..<120 {
        if round % 10 == 0 {
          rig.renew()
          rig.advance()
        }
        // Half-way the host connects again, and still nobody acknowledges the start.
        if round == 60 {
          rig.connect()
          rig.send(SelfTestRequest())
        }
        rig.step()
        if rig.isOn || rig.isMoving || rig.firmware.outputs.isRelayClosed { pulses += 1 }
      }
      #expect(pulses == 0, "phase \(phase), seed \(seed)")
      #expect(rig.firmware.trip == .powerUp)
    }
    #expect(wasOn > 900, "only \(wasOn) of the resets fell into an advance")
  }

  // R02, R16
  @Test(arguments: [
    "lease", "switch", "switch contact", "e-stop", "watchdog", "trip", "supply", "temperature",
    "emitter", "gain", "link", "configuration",
  ])
  func withoutAnySingleConditionTheDriveIsOffInTheNextRound(_ condition: String) {
    var rig = FirmwareRig.advancing(speed: 2_000)
    #expect(rig.isOn && rig.isMoving)
    let depth = rig.depth
    switch condition {
    case "lease": rig.send(Disarm(decisionID: rig.decision))
    case "switch": rig.press(false)
    case "switch contact": rig.pins.switchNormallyClosed = true
    case "e-stop": rig.pins.isEstopOK = false
    case "watchdog": rig.hang(Limits.watchdogClose)
    case "trip": rig.send(Stop(), sequence: rig.sequence + 5, nonce: rig.nonce)
    case "supply": rig.pins.supplyMillivolts = 4_499
    case "temperature": rig.pins.temperature = 6_001
    case "emitter": rig.pins.isEmitterFit = false
    case "gain": rig.pins.measuredGain = CentiDecibels(101)
    case "link": rig.firmware.loseLink()
    default:
      rig.send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 512, gain: .zero, delay: .zero)
      )
    }
    rig.step()
    #expect(!rig.isOn && !rig.isMoving)
    // Nothing comes back by itself, and the needle has gone no further than one round.
    for _ in 0..<50 {
      rig.step()
      #expect(!rig.isOn && !rig.isMoving)
    }
    #expect(rig.depth <= depth + 10 + 1)
  }

  // R02
  @Test func exactlyOneCombinationOfConditionsGivesALease() {
    let names = [
      "switch", "e-stop", "healthy", "self-test", "streaming", "no trip", "fresh", "order",
    ]
    var granted: [Int] = []
    for combination in 0..<(1 << names.count) {
      func holds(_ name: String) -> Bool {
        combination >> (names.firstIndex(of: name) ?? 0) & 1 == 1
      }
      var rig = FirmwareRig()
      rig.connect()
      if holds("self-test") { rig.send(SelfTestRequest()) }
      if !holds("streaming") { rig.send(Stop()) }
      rig.step()
      if holds("no trip") { rig.send(AcknowledgeTrip(cause: .powerUp)) }
      rig.step(2)
      if holds("switch") { rig.press(true) }
      rig.step(2)
      if !holds("healthy") { rig.pins.isEmitterFit = false }
      if !holds("e-stop") { rig.pins.isEstopOK = false }
      let stale = DeviceInstant(
        nanoseconds: rig.now.nanoseconds - UInt64(Limits.frameStaleAfter.count) - 1)
      rig.request(
        decision: 1, lease: holds("order") ? 1 : 0, frameTime: holds("fresh") ? rig.now : stale)
      if rig.grantedLease == 1 { granted.append(combination) }
      rig.advance(decision: 1)
      rig.step()
      #expect(rig.isOn == (combination == (1 << names.count) - 1), "\(combination)")
    }
    #expect(granted == [(1 << names.count) - 1])
  }

  // R18
  @Test func aPressFromBeforeDoesNotCount() {
    var rig = FirmwareRig()
    rig.press(true)
    rig.connect()
    rig.send(SelfTestRequest())
    rig.step()
    rig.send(AcknowledgeTrip(cause: .powerUp))
    #expect(rig.answer == .accepted)
    rig.step(5)
    rig.renew()
    rig.advance()
    rig.step()
    #expect(!rig.isOn)
    rig.press(false)
    rig.step(2)
    rig.press(true)
    rig.step(2)
    rig.request(decision: 9, lease: 1)
    rig.advance(decision: 9)
    rig.step()
    #expect(rig.isOn)
  }

  // R18
  @Test func disagreeingContactsTripAtTheirLimitAndNotBefore() {
    var rig = FirmwareRig.ready()
    rig.pins.switchNormallyClosed = true
    rig.step(20)
    #expect(rig.firmware.trip == .none)
    rig.step()
    #expect(rig.firmware.trip == .switchDiscrepancy)
    rig.send(AcknowledgeTrip(cause: .switchDiscrepancy))
    #expect(rig.answer == .refused, "while the contacts still disagree")
  }

  // R27
  @Test(arguments: [UInt64(1) << 31, 1 << 32, 1 << 63, UInt64(Int64.max) - 20_000_000])
  func nothingChangesWhereClocksOfFewerBitsWouldWrap(_ moment: UInt64) {
    var rig = FirmwareRig.ready(start: moment - 15_000_000)
    for _ in 0..<5 {
      rig.renew()
      rig.advance(speed: 1_000)
      for _ in 0..<10 {
        rig.step()
        #expect(rig.isOn)
      }
    }
    #expect(rig.now.nanoseconds > moment)
    rig.step(26)
    #expect(!rig.isOn)
    #expect(rig.firmware.trip == .leaseLapsed)
  }

  // R17
  @Test func roundsThatComeTooFastOrTooSlowTrip() {
    for (gap, trips) in [
      (Limits.watchdogOpen - Nanoseconds(1), true), (Limits.watchdogOpen, false),
      (Limits.watchdogClose, false), (Limits.watchdogClose + Nanoseconds(1), true),
    ] {
      var rig = FirmwareRig.ready()
      rig.period = gap
      rig.step(2)
      #expect((rig.firmware.trip == .watchdog) == trips, "rounds of \(gap.count) ns")
    }
  }
}
