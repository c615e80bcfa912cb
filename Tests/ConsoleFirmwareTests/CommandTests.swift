import ConsoleFirmware
import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock
import TestSupport
import Testing

/// What the firmware makes of commands: good, damaged, old and impossible ones.
@Suite struct CommandTests {
  // R12
  @Test func commandsOfAnOldConnectionAreCountedAndDoNothing() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    let old = rig.nonce
    rig.connect()
    #expect(rig.nonce != old)
    #expect(rig.isOn == false, "a new connection forgets every lease")
    rig.replies = []
    let refused = rig.firmware.refusedCommands
    for (index, nonce) in [old, 0, rig.nonce &+ 1].enumerated() {
      rig.send(Stop(), sequence: rig.sequence + 1, nonce: nonce)
      #expect(rig.firmware.refusedCommands == refused + UInt32(index) + 1)
    }
    #expect(rig.replies.isEmpty)
    #expect(rig.firmware.acquisition.isStreaming)
    #expect(rig.firmware.trip == .none)
  }

  // R10
  @Test func aRepeatedCommandIsRefusedAndAMissingOneTrips() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    let refused = rig.firmware.refusedCommands
    rig.send(Disarm(decisionID: .max), sequence: rig.sequence, nonce: rig.nonce)
    #expect(rig.firmware.refusedCommands == refused + 1)
    rig.step()
    #expect(rig.isOn, "a replayed command does nothing, not even a disarm")
    rig.send(SelfTestRequest(), sequence: rig.sequence + 2, nonce: rig.nonce)
    #expect(rig.firmware.trip == .badCommand)
    rig.step()
    #expect(!rig.isOn)
    #expect(!rig.firmware.outputs.isRelayClosed)
  }

  // R11
  @Test func theSecondDamagedCommandWithinTheWindowTrips() {
    for (gap, trips) in [
      (Nanoseconds.milliseconds(5), true), (.seconds(599), true), (.seconds(601), false),
    ] {
      var rig = FirmwareRig.ready()
      rig.send(Stop(), sequence: 99, nonce: rig.nonce, flippedBit: 37)
      rig.step()
      #expect(rig.firmware.trip == .none)
      #expect(rig.firmware.refusedCommands == 1)
      #expect(rig.firmware.acquisition.isStreaming)
      rig.period = .microseconds(4_900)
      rig.step(Int(gap.count / rig.period.count))
      rig.send(Stop(), sequence: 99, nonce: rig.nonce, flippedBit: 37)
      rig.step()
      #expect((rig.firmware.trip == .integrity) == trips, "after \(gap.seconds) s")
    }
  }

  // R11
  @Test func everyFlippedBitOfALeaseAndOfADriveCommandIsRefused() {
    let rig = FirmwareRig.ready()
    for bit in 0..<(48 * 8) {
      var rig = rig
      rig.send(
        LeaseRequest(
          decisionID: 1, leaseID: 1, frameSequence: rig.firmware.acquisition.sequence,
          frameTime: rig.now, expires: rig.now + .milliseconds(50)),
        sequence: rig.sequence + 1, nonce: rig.nonce, flippedBit: bit)
      #expect(rig.firmware.refusedCommands == 1, "bit \(bit)")
      rig.advance(decision: 1)
      rig.step()
      #expect(!rig.isOn, "bit \(bit)")
    }
    var leased = rig
    leased.renew()
    for bit in 0..<(41 * 8) {
      var rig = leased
      rig.send(
        DriveCommand(
          decisionID: rig.decision, expires: rig.now + .milliseconds(50),
          target: Micrometres(5_000), speed: 1_000, motion: .advance),
        sequence: rig.sequence + 1, nonce: rig.nonce, flippedBit: bit)
      rig.step()
      #expect(!rig.isOn, "bit \(bit)")
    }
  }

  // R25
  @Test func configureWhileStreamingIsRefusedAndDropsTheDrive() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    let before = rig.firmware.acquisition
    rig.send(
      Configure(
        pulseRateHz: 500, sampleRateHz: 32_000_000, sampleCount: 256, gain: CentiDecibels(100),
        delay: .zero))
    #expect(rig.answer == .wrongState)
    #expect(rig.firmware.acquisition == before)
    #expect(!rig.isOn)
    rig.step(3)
    #expect(!rig.isOn)
  }

  // R25, R03
  @Test func configureOutOfRangeIsRefusedAndChangesNothing() {
    var rig = FirmwareRig()
    rig.connect()
    rig.send(Stop())
    func configure(
      _ rig: inout FirmwareRig, pulse: UInt32 = 1_000, rate: UInt32 = 64_000_000,
      count: UInt16 = 1_024, gain: Int32 = 0, delay: Int64 = 0
    ) -> CommandStatus? {
      rig.send(
        Configure(
          pulseRateHz: pulse, sampleRateHz: rate, sampleCount: count, gain: CentiDecibels(gain),
          delay: Nanoseconds(delay)))
      return rig.answer
    }
    #expect(configure(&rig, pulse: 5_000, count: 64, gain: -6_000) == .accepted)
    let good = rig.firmware.acquisition
    #expect(configure(&rig, pulse: 0) == .outOfRange)
    #expect(configure(&rig, pulse: 5_001, count: 64) == .outOfRange)
    #expect(configure(&rig, pulse: .max) == .outOfRange)
    #expect(configure(&rig, rate: 0) == .outOfRange)
    #expect(configure(&rig, rate: 999_999) == .outOfRange)
    #expect(configure(&rig, rate: 128_000_001) == .outOfRange)
    #expect(configure(&rig, count: 63) == .outOfRange)
    #expect(configure(&rig, count: 16_385) == .outOfRange)
    #expect(configure(&rig, gain: 6_001) == .outOfRange)
    #expect(configure(&rig, gain: -6_001) == .outOfRange)
    #expect(configure(&rig, delay: 1_000_001) == .outOfRange)
    // A line that is not over before the next pulse.
    #expect(configure(&rig, pulse: 5_000, rate: 1_000_000, count: 200) == .outOfRange)
    #expect(configure(&rig, pulse: 1_000, count: 64, delay: 999_000) == .outOfRange)
    #expect(rig.firmware.acquisition == good)
  }

  @Test func startNeedsAConfigurationAndIsNotRepeated() {
    var rig = FirmwareRig()
    rig.send(IdentifyRequest(hostNonce: 1, protocolVersion: 1))
    rig.send(Start())
    #expect(rig.answer == .wrongState)
    rig.connect()
    rig.send(Start())
    #expect(rig.answer == .wrongState)
  }

  @Test func retractionNeedsTheHeldSwitchAndNoAlignment() {
    var rig = FirmwareRig.ready()
    rig.renew()
    rig.advance(to: 3_000, speed: 10_000)
    while rig.depth < 2_999 {
      rig.step(10)
      rig.renew()
    }
    rig.press(false)
    rig.step(2)
    rig.retract(to: 1_000)
    #expect(rig.answer == .refused)
    rig.press(true)
    rig.step(2)
    rig.retract(to: 1_000)
    #expect(rig.answer == .accepted)
    rig.step(100)
    #expect(!rig.isOn, "pulling back never energises the advance")
    #expect(rig.depth < 3_000)
    // Letting go stops it, and pressing again does not resume it.
    rig.press(false)
    rig.step()
    let stopped = rig.depth
    rig.press(true)
    rig.step(50)
    #expect(rig.depth == stopped)
    // Nobody asks for it any more: it ends by itself.
    rig.retract(to: 1_000)
    rig.step(Int(Limits.retractHold.count / 1_000_000))
    let given = rig.depth
    rig.step(200)
    #expect(given < stopped)
    #expect(rig.depth == given)
    for _ in 0..<40 {
      rig.retract(to: 1_000)
      rig.step(50)
    }
    #expect((995...1_000).contains(rig.depth))
    #expect(rig.firmware.trip == .none)
    rig.pins.isEstopOK = false
    rig.step()
    rig.retract(to: 0)
    #expect(rig.answer == .refused)
  }

  // R20
  @Test func acknowledgeNamesTheCauseWaitsForItsEndAndStartsNothing() {
    var rig = FirmwareRig.advancing(speed: 1_000)
    rig.pins.isEstopOK = false
    rig.step()
    #expect(rig.firmware.trip == .estop)
    // A second cause does not take the first one's place.
    rig.pins.supplyMillivolts = 4_000
    rig.step(2)
    #expect(rig.firmware.trip == .estop)
    rig.pins.supplyMillivolts = 5_000
    for cause in TripCause.allCases where cause != .estop {
      rig.send(AcknowledgeTrip(cause: cause))
      #expect(rig.answer == .refused, "\(cause)")
    }
    rig.send(AcknowledgeTrip(cause: .estop))
    #expect(rig.answer == .refused, "while it is still pressed")
    rig.pins.isEstopOK = true
    rig.step()
    #expect(rig.firmware.trip == .estop, "it does not go by itself")
    rig.send(AcknowledgeTrip(cause: .estop))
    #expect(rig.answer == .accepted)
    for _ in 0..<50 {
      rig.step()
      #expect(!rig.isOn && !rig.isMoving)
    }
    rig.renew()
    rig.advance()
    rig.step()
    #expect(!rig.isOn, "the switch has been held all the time: it must be released first")
  }
}
