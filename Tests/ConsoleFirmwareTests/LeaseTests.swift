import ConsoleFirmware
import HardwareSpecs
import Quantities
import TestSupport
import Testing

/// What a lease allows, and that it ends by itself.
@Suite struct LeaseTests {
  // R13, R16
  @Test func theLeaseLapsesOnTheConsoleAloneWheneverRenewalsStop() {
    let seed: UInt64 = 131
    var random = SplitMix64(seed: seed)
    let start = FirmwareRig.advancing(speed: 1_000)
    var longest = Nanoseconds.zero
    for phase in 0..<10_000 {
      var rig = start
      rig.period = .milliseconds(1)
      for _ in 0..<random.below(4) {
        rig.step(1 + random.below(10))
        rig.renew()
      }
      // The last renewal falls anywhere between two rounds.
      rig.hang(Nanoseconds(Int64(random.below(999_999))))
      rig.renew()
      let last = rig.now
      var off: DeviceInstant?
      for _ in 0..<40 where off == nil {
        rig.step()
        if !rig.isOn { off = rig.now }
      }
      guard let off else {
        Issue.record("phase \(phase), seed \(seed): the drive is still on")
        return
      }
      longest = max(longest, off - last)
      #expect(rig.firmware.trip == .leaseLapsed, "phase \(phase), seed \(seed)")
      #expect(off - last >= Limits.lease - .milliseconds(1), "phase \(phase): too early")
      rig.renew()
      rig.advance()
      rig.step(3)
      #expect(!rig.isOn, "phase \(phase): a lapse is a trip, and a late renewal revives nothing")
    }
    #expect(longest <= Limits.lease + .milliseconds(1))
    #expect(longest <= Limits.faultToDriveOff)
  }

  // R13
  @Test func anExpiryShortensALeaseAndNeverLengthensIt() {
    for expiry in 1...80 {
      var rig = FirmwareRig.ready()
      rig.renew(expiresAfter: .milliseconds(Int64(expiry)))
      rig.advance(speed: 1_000)
      var rounds = 0
      while rig.firmware.trip == .none, rounds < 100 {
        rig.step()
        rounds += 1
      }
      #expect(rounds == min(expiry, 25), "expiry after \(expiry) ms")
    }
  }

  // R23
  @Test(arguments: [200_000, 500_000, 1_000_000, 2_500_000, 5_000_000])
  func travelPerLeaseIsBounded(_ period: Int) {
    for speed in [UInt32(500), 5_000, 10_000] {
      var rig = FirmwareRig.ready()
      rig.period = Nanoseconds(Int64(period))
      rig.renew()
      rig.advance(speed: speed)
      while rig.firmware.trip == .none { rig.step() }
      #expect(rig.depth <= Double(Limits.travelPerLease.count) + 1, "\(speed) µm/s")
      #expect(rig.depth > 0)
    }
  }

  // R23
  @Test(arguments: [1.5, 2, 3, 10])
  func aDriveThatRunsAwayIsTrippedInTime(_ gain: Double) {
    var rig = FirmwareRig.ready()
    rig.driveGain = gain
    rig.renew()
    rig.advance(speed: 10_000)
    var rounds = 0
    while rig.firmware.trip == .none, rounds < 200 {
      rig.step()
      rounds += 1
      if rounds % 10 == 0 { rig.renew() }
    }
    #expect(rig.firmware.trip != .none)
    #expect(!rig.isMoving)
    #expect(rounds <= 50, "gain \(gain)")
    // Beyond the commanded way it has gone no further than the specs allow.
    #expect(
      rig.depth - 10 * Double(rounds) <= Double(Limits.overshootAllowed.count), "gain \(gain)")
  }

  // R23
  @Test func theThrowIsNeverPassed() {
    var rig = FirmwareRig.ready()
    for round in 0..<1_400 {
      if round % 10 == 0 { rig.renew() }
      if round % 100 == 0 { rig.advance(to: 12_000) }
      rig.step()
      #expect(rig.depth <= 12_000)
    }
    #expect(rig.depth > 11_990)
    #expect(rig.firmware.trip == .none)
    rig.advance(to: 12_001)
    #expect(rig.answer == .outOfRange)
    rig.advance(to: -1)
    #expect(rig.answer == .outOfRange)
    rig.put(depth: 12_051)
    rig.step()
    #expect(rig.firmware.trip == .travelLimit)
    #expect(!rig.firmware.outputs.isRelayClosed)
  }

  // R23
  @Test func theSpeedIsLimited() {
    for (speed, status) in [
      (UInt32(0), CommandStatus.outOfRange), (1, .accepted), (10_000, .accepted),
      (10_001, .outOfRange), (.max, .outOfRange),
    ] {
      var rig = FirmwareRig.ready()
      rig.renew()
      rig.advance(speed: speed)
      #expect(rig.answer == status, "\(speed) µm/s")
      rig.step()
      #expect(rig.isOn == (status == .accepted))
      #expect(rig.firmware.outputs.needleSpeed <= min(speed, 10_000))
    }
  }

  // R22
  @Test func aCommandIsNotCarriedOutAfterItsExpiry() {
    for late in Int64(-2)...2 {
      var rig = FirmwareRig.ready()
      rig.renew()
      let expires = rig.now + .microseconds(100)
      rig.hang(.microseconds(100) + Nanoseconds(late))
      rig.advance(expires: expires)
      #expect(rig.answer == (late < 0 ? .accepted : .expired), "\(late) ns late")
      rig.step()
      #expect(rig.isOn == (late < 0))
    }
  }

  // R08, R22
  @Test func aLeaseOfAStaleFutureOrExpiredDecisionIsRefused() {
    let rig = FirmwareRig.ready()
    func isGranted(age: Int64, expiresIn: Int64 = 1_000_000) -> Bool {
      var rig = rig
      rig.request(
        decision: 1, lease: 1,
        frameTime: DeviceInstant(nanoseconds: UInt64(Int64(rig.now.nanoseconds) - age)),
        expires: DeviceInstant(nanoseconds: UInt64(Int64(rig.now.nanoseconds) + expiresIn)))
      return rig.grantedLease == 1
    }
    #expect(isGranted(age: 0))
    #expect(!isGranted(age: -1))
    #expect(isGranted(age: 5_000_000))
    var later = rig
    later.step(40)
    #expect(!isGranted(age: 30_000_001))
    #expect(isGranted(age: 0, expiresIn: 1))
    #expect(!isGranted(age: 0, expiresIn: 0))
  }

  // R22
  @Test func noOrderOfLateMessagesRevivesTheDriveAfterADisarm() {
    // What the host sent before its disarm may come in any order, and after it.
    let messages = ["lease 5", "lease 6", "advance 5", "advance 6", "disarm 6"]
    for order in permutations(messages) {
      var rig = FirmwareRig.ready()
      var isDisarmed = false
      for message in order {
        let number = UInt64(message.suffix(1)) ?? 0
        if message.hasPrefix("lease") {
          rig.request(decision: number, lease: rig.grantedLease &+ 1)
        } else if message.hasPrefix("advance") {
          rig.advance(decision: number)
        } else {
          rig.send(Disarm(decisionID: number))
          isDisarmed = true
        }
        if isDisarmed {
          #expect(!rig.isOn && !rig.isMoving, "\(order)")
          rig.step()
          #expect(!rig.isOn && !rig.isMoving, "\(order)")
        }
      }
      rig.request(decision: 7, lease: rig.grantedLease &+ 1)
      rig.advance(decision: 7)
      rig.step()
      #expect(rig.isOn, "a new decision drives again: \(order)")
    }
  }

  private func permutations(_ items: [String]) -> [[String]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index -> [[String]] in
      var rest = items
      let first = rest.remove(at: index)
      return permutations(rest).map { [first] + $0 }
    }
  }
}
