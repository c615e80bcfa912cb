import BenchWorld
import ConsoleEmulator
import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import SafetyInterlock
import TestSupport
import Testing

/// Each fault has its effect on the link or the pins, and on nothing else.
@Suite struct FaultTests {
  /// A bench that streams, with the client that listens.
  private final class Streaming {
    let bench = EmulatedBench(seed: 31)
    let client: ConsoleClient
    var emulator: ConsoleEmulator { bench.emulator }

    init() throws {
      client = ConsoleClient(SimulatedTransport(bench.emulator))
      try begin()
    }

    func begin() throws {
      try client.connect(hostNonce: 5)
      bench.pass(milliseconds: 3)
      _ = client.takeAll()
      try client.send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero,
          delay: .zero))
      try client.send(Start())
      pass(10)
    }

    @discardableResult
    func pass(_ milliseconds: Int) -> [TakenEvent] {
      bench.pass(milliseconds: milliseconds)
      return client.takeAll()
    }

    /// What arrives during a fault of some milliseconds.
    func during(_ kind: FaultKind, amount: Double? = nil, _ milliseconds: Int) -> [TakenEvent] {
      emulator.begin(kind, amount: amount, for: Double(milliseconds) * 1e-3)
      let events = pass(milliseconds)
      emulator.end(kind)
      return events
    }

    var status: SafetyStatus? { pass(6).compactMap(\.status).last }
  }

  private func isConsecutive(_ numbers: [UInt32]) -> Bool {
    zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 &+ 1 }
  }

  @Test func withoutAFaultEveryFrameArrivesInOrder() throws {
    let s = try Streaming()
    let lines = s.pass(200).compactMap(\.line)
    #expect(lines.count == 200)
    #expect(isConsecutive(lines.map(\.sequence)))
    let counts = s.client.counts
    #expect(counts.damaged == 0 && counts.foreign == 0)
    #expect(counts.missing == 0 && counts.bytesSkipped == 0)
  }

  // R10
  @Test func droppedFramesAreMissingAndTheRestIsInOrder() throws {
    let s = try Streaming()
    let made = s.emulator.linesMade
    #expect(s.during(.dropFrames, 50).allSatisfy { $0.line == nil })
    let half = s.during(.dropFrames, amount: 0.5, 400).compactMap(\.line?.sequence)
    #expect((100...300).contains(half.count))
    #expect(half == half.sorted())
    #expect(s.emulator.linesMade == made + 450)
    #expect(s.pass(10).compactMap(\.line).count == 10)
  }

  // R08
  @Test func delayedFramesComeLateInOrderAndAllOfThem() throws {
    let s = try Streaming()
    let first = s.pass(1).compactMap(\.line).last?.sequence
    s.emulator.begin(.delayFrames, amount: 60)
    #expect(s.pass(55).allSatisfy { $0.line == nil })
    let late = s.pass(45).compactMap(\.line)
    #expect((35...45).contains(late.count))
    for line in late {
      let age = Int64(s.bench.now.nanoseconds) - Int64(line.deviceTime.nanoseconds)
      #expect(age >= 55_000_000)
    }
    s.emulator.end(.delayFrames)
    let all = late + s.pass(10).compactMap(\.line)
    #expect(isConsecutive(all.map(\.sequence)))
    #expect(all.first?.sequence == first.map { $0 + 1 })
    #expect(all.count == 110)
  }

  // R10
  @Test func reorderedFramesComeInPairsTurnedRound() throws {
    let s = try Streaming()
    let numbers = s.during(.reorderFrames, 100).compactMap(\.line?.sequence)
    #expect(numbers.count >= 98)
    for pair in stride(from: 0, to: numbers.count - 1, by: 2) {
      #expect(numbers[pair] == numbers[pair + 1] + 1)
    }
  }

  // R09
  @Test func replayedFramesAreOldOnesByteForByte() throws {
    let s = try Streaming()
    let before = s.pass(40).filter { $0.line != nil }
    let replayed = s.during(.replayFrames, 40).filter { $0.line != nil }
    #expect(replayed.count == 40)
    #expect(replayed.allSatisfy { before.contains($0) })
  }

  // R09
  @Test func frozenFramesHaveNewHeadersAndOnePayload() throws {
    let s = try Streaming()
    #expect(Set(s.pass(20).compactMap(\.line?.payloadCRC)).count == 20)
    let frozen = s.during(.freezeFrames, 20).compactMap(\.line)
    #expect(frozen.count == 20)
    #expect(Set(frozen.map(\.payloadCRC)).count == 1)
    #expect(isConsecutive(frozen.map(\.sequence)))
    #expect(Set(s.pass(20).compactMap(\.line?.payloadCRC)).count == 20)
  }

  // R11
  @Test func corruptedFramesAreDamagedAndNoneIsTakenForGood() throws {
    let s = try Streaming()
    let events = s.during(.corruptFrames, 100)
    #expect(events.compactMap(\.line).isEmpty)
    #expect(s.client.counts.damaged >= 95)
    #expect(s.client.counts.damaged <= 130, "one damaged frame counts about once")
    // The next good message is found again at once.
    #expect(s.pass(20).compactMap(\.line).count >= 19)
  }

  // R03
  @Test func saturatedFramesAreFlaggedAsClipped() throws {
    let s = try Streaming()
    #expect(s.pass(10).compactMap(\.line).allSatisfy { !$0.flags.contains(.clipped) })
    let lines = s.during(.saturate, 10)
    #expect(lines.compactMap(\.line).count == 10)
    #expect(lines.compactMap(\.line).allSatisfy { $0.flags.contains(.clipped) })
    #expect(lines.compactMap(\.samples).allSatisfy { $0.contains(8_191) || $0.contains(-8_192) })
  }

  // R03
  @Test func impossibleSamplesLieOutsideTheConverter() throws {
    let s = try Streaming()
    let converter = Int16(-8_192)...8_191
    for samples in s.pass(10).compactMap(\.samples) {
      #expect(samples.allSatisfy(converter.contains))
    }
    let bad = s.during(.nanSamples, 10).compactMap(\.samples)
    #expect(bad.count == 10)
    for samples in bad { #expect(samples.contains { !converter.contains($0) }) }
  }

  // R15
  @Test(arguments: [500.0, 86_400_000])
  func aClockJumpMovesTheConsolesTimeForGood(_ milliseconds: Double) throws {
    let s = try Streaming()
    let before = try #require(s.pass(10).compactMap(\.line).last)
    s.emulator.begin(.clockJump, amount: milliseconds)
    s.emulator.end(.clockJump)
    let after = try #require(s.pass(10).compactMap(\.line).first)
    let step = (after.deviceTime - before.deviceTime).milliseconds
    #expect(abs(step - (milliseconds + Double(after.sequence - before.sequence))) < 0.001)
  }

  // R12
  @Test func theWrongDeviceAnswersWithItsOwnSerialUntilTheFaultEnds() throws {
    let s = try Streaming()
    s.emulator.begin(.wrongDevice)
    #expect(s.pass(1).last?.lost == .disconnected)
    try s.client.connect(hostNonce: 6)
    #expect(s.pass(3).compactMap(\.identity).first?.serial == EmulatedBench.otherSerial)
    s.emulator.end(.wrongDevice)
    #expect(s.pass(1).last?.lost == .disconnected)
    try s.client.connect(hostNonce: 7)
    #expect(s.pass(3).compactMap(\.identity).first?.serial == EmulatedBench.serial)
  }

  // R01
  @Test func aPowerCycleForgetsEverythingAndStartsTripped() throws {
    let s = try Streaming()
    s.emulator.begin(.powerCycle)
    #expect(s.pass(1).last?.lost == .disconnected)
    #expect(throws: TransportError.noDevice) { try s.client.connect(hostNonce: 8) }
    s.bench.pass(milliseconds: 100)
    s.emulator.end(.powerCycle)
    try s.begin()
    let status = try #require(s.status)
    #expect(status.trip == .powerUp)
    #expect(!status.flags.contains(.relayClosed))
    #expect(!status.flags.contains(.selfTestOk))
    #expect(status.deviceTime.nanoseconds < 200_000_000, "its clock began anew")
  }

  // R14
  @Test func anUnpluggedConsoleIsLostOnceAndAStallIsNamed() throws {
    let s = try Streaming()
    s.emulator.begin(.stall)
    #expect(s.pass(2).compactMap(\.lost) == [.stalled])
    #expect(s.pass(2).isEmpty)
    s.emulator.end(.stall)
    try s.begin()
    s.emulator.begin(.unplug)
    #expect(s.pass(2).compactMap(\.lost) == [.disconnected])
    #expect(s.pass(2).isEmpty)
  }

  // R16
  @Test func aStalledHostWakesLateWhileTheConsoleGoesOn() throws {
    let s = try Streaming()
    let made = s.emulator.linesMade
    s.emulator.begin(.hostStall, for: 0.1)
    let woke = s.emulator.advance(to: s.bench.now + .milliseconds(1))
    #expect((woke - s.bench.now).milliseconds >= 99)
    #expect(s.emulator.linesMade >= made + 99)
    s.emulator.end(.hostStall)
  }

  // MARK: Faults of the drive and of the hand

  /// A console that advances on leases sent by hand, to see its outputs from outside.
  private func advance(
    _ s: Streaming, milliseconds: Int, lease: inout UInt32, each: (RoundObservation) -> Void
  ) throws {
    var rounds: [RoundObservation] = []
    s.emulator.observer = { rounds.append($0) }
    for step in 0..<milliseconds {
      defer {
        s.bench.pass(milliseconds: 1)
        rounds.forEach(each)
        rounds = []
      }
      if step % 10 == 0,
        let line = s.client.takeAll().compactMap(\.line).last ?? s.pass(1).compactMap(\.line).last
      {
        lease += 1
        try s.client.send(
          LeaseRequest(
            decisionID: UInt64(lease), leaseID: lease, frameSequence: line.sequence,
            frameTime: line.deviceTime, expires: line.deviceTime + Limits.permitExpires))
        // During the fault nothing else is sent: a later command would show the gap.
        if s.emulator.faults[.leaseLoss] != nil { continue }
        try s.client.send(
          DriveCommand(
            decisionID: UInt64(lease), expires: line.deviceTime + Limits.permitExpires,
            target: Micrometres(5_000), speed: 1_000, motion: .advance))
      }
    }
    s.emulator.observer = nil
  }

  private func ready() throws -> Streaming {
    let s = try Streaming()
    try s.client.send(SelfTestRequest())
    s.pass(3)
    try s.client.send(AcknowledgeTrip(cause: .powerUp))
    s.pass(3)
    s.emulator.hands.enableSwitch = .held
    s.pass(3)
    return s
  }

  // R13
  @Test func lostLeasesLetTheDriveLapse() throws {
    let s = try ready()
    var lease: UInt32 = 0
    var on = 0
    try advance(s, milliseconds: 50, lease: &lease) { if $0.isDriveEnergised { on += 1 } }
    #expect(on > 40, "the drive was on for \(on) rounds before the fault")
    s.emulator.begin(.leaseLoss)
    on = 0
    try advance(s, milliseconds: 100, lease: &lease) { if $0.isDriveEnergised { on += 1 } }
    #expect(on <= 25)
    #expect(s.status?.trip == .leaseLapsed)
  }

  // R18
  @Test func aStuckContactIsADiscrepancyWhenTheHandLetsGo() throws {
    let s = try ready()
    s.emulator.begin(.enableStuck)
    s.pass(50)
    #expect(s.status?.trip == TripCause.none, "nothing to see while the hand still holds")
    s.emulator.hands.enableSwitch = .released
    s.pass(25)
    let status = try #require(s.status)
    #expect(status.trip == .switchDiscrepancy)
    #expect(status.flags.isSuperset(of: [.switchNormallyOpen, .switchNormallyClosed]))
  }

  // R24
  @Test func aDriveStuckOnMovesTheNeedleUntilTheRelayOpens() throws {
    let s = try ready()
    s.emulator.begin(.driveStuckOn)
    var energised = 0
    s.emulator.observer = { if $0.isDriveEnergised { energised += 1 } }
    s.pass(100)
    #expect(s.emulator.world.needleDepthMM > 0.05, "the fault is real: the needle moved")
    #expect(s.emulator.world.needleDepthMM < Double(Limits.overshootAllowed.count) * 1e-3)
    #expect((1...50).contains(energised))
    #expect(s.status?.trip == .readback)
    #expect(s.status?.flags.contains(.relayClosed) == false)
  }

  // R26
  @Test func gainDriftAndNoiseAreMeasurable() throws {
    let s = try Streaming()
    s.emulator.begin(.gainDrift, amount: 6, for: 0.1)
    s.pass(150)
    #expect(s.status?.measuredGain == CentiDecibels(600))
    s.emulator.end(.gainDrift)
    #expect(s.status?.measuredGain == .zero)
    func spread(_ events: [TakenEvent]) -> Double {
      let tail = events.compactMap(\.samples).flatMap { $0[900...] }.map(Double.init)
      return (tail.reduce(0) { $0 + $1 * $1 } / Double(tail.count)).squareRoot()
    }
    let quiet = spread(s.pass(20))
    #expect(spread(s.during(.noiseBurst, 20)) > 20 * quiet)
    #expect(spread(s.during(.electrosurgery, 20)) > 1.2 * quiet)
    #expect(abs(spread(s.pass(20)) / quiet - 1) < 0.2)
  }

  // R30
  @Test func theSameSeedGivesTheSameBytesThroughEveryFault() throws {
    func record(seed: UInt64) throws -> [UInt8] {
      let bench = EmulatedBench(seed: seed)
      let transport = SimulatedTransport(bench.emulator)
      let client = ConsoleClient(transport)
      try client.connect(hostNonce: 1)
      bench.pass(milliseconds: 3)
      _ = client.takeAll()
      try client.send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 256, gain: .zero, delay: .zero)
      )
      try client.send(Start())
      var bytes: [UInt8] = []
      var space = [UInt8](repeating: 0, count: 1 << 20)
      for kind in FaultKind.allCases
      where ![.unplug, .powerCycle, .wrongDevice, .hostStall, .stall].contains(kind) {
        bench.emulator.begin(kind, for: 0.02)
        bench.pass(milliseconds: 20)
        bench.emulator.end(kind)
        for pipe in [HardwareSpecs.Pipe.stream, .safety] {
          let count = try space.withUnsafeMutableBytes { try transport.receive(pipe, into: $0) }
          bytes += space[..<count]
        }
      }
      return bytes
    }
    let first = try record(seed: 77)
    let again = try record(seed: 77)
    let other = try record(seed: 78)
    #expect(first.count > 100_000)
    #expect(first == again)
    #expect(first != other)
  }
}
