import ConsoleEmulator
import ControlRuntime
import Foundation
import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock
import TestSupport
import Testing

/// The journal holds all inputs, and tells when it does not (R30).
@Suite struct JournalTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("peakgate-journal-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  // R30
  @Test func everyRecordReadsBackAsItWasWritten() throws {
    let seed: UInt64 = 301
    var random = SplitMix64(seed: seed)
    for round in 0..<5_000 {
      let record = JournalRecord(
        inputs: Self.inputs(&random), decisionID: random.next(),
        outcome: UInt8(truncatingIfNeeded: random.next()))
      var bytes: [UInt8] = [1, 2, 3]
      record.append(to: &bytes)
      var reader = ByteReader(bytes, from: 3)
      let read = try #require(JournalRecord(&reader), "round \(round), seed \(seed)")
      let isSame =
        read.inputs == record.inputs && read.decisionID == record.decisionID
        && read.outcome == record.outcome && reader.isAtEnd
      #expect(isSame, "round \(round), seed \(seed)")
      // Cut anywhere it is no record; with any byte changed neither.
      var cut = ByteReader(Array(bytes[..<(3 + random.below(bytes.count - 3))]), from: 3)
      #expect(JournalRecord(&cut) == nil, "round \(round), seed \(seed)")
      bytes[3 + random.below(bytes.count - 3)] ^= 1 << UInt8(random.below(8))
      var changed = ByteReader(bytes, from: 3)
      #expect(JournalRecord(&changed) == nil, "round \(round), seed \(seed)")
    }
  }

  private static func inputs(_ random: inout SplitMix64) -> InterlockInputs {
    func flip() -> Bool { random.next() & 1 == 1 }
    func i32() -> Int32 { Int32(truncatingIfNeeded: random.next()) }
    func u32() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
    func host() -> HostInstant { HostInstant(nanoseconds: random.next()) }
    func device() -> DeviceInstant { DeviceInstant(nanoseconds: random.next()) }
    var inputs = InterlockInputs(now: host())
    if flip() { inputs.bootTime = host() }
    inputs.isConnected = flip()
    if flip() {
      inputs.identity = ConsoleIdentity(
        serial: SerialNumber(low: random.next(), high: random.next()), firmwareHash: random.next(),
        specHash: random.next(), nonce: u32(), generation: u32())
    }
    if flip() {
      inputs.frame = FrameObservation(
        sequence: u32(), nonce: u32(), deviceTime: device(), received: host(), payloadCRC: u32(),
        flags: FrameFlags(rawValue: UInt16(truncatingIfNeeded: random.next())),
        handleRoll: Millidegrees(i32()), handleLevel: Micrometres(i32()),
        needleDepth: Micrometres(i32()),
        signal: flip()
          ? SignalObservation(
            amplitude: CentiDecibels(i32()), snr: CentiDecibels(i32()),
            timeOfFlight: Nanoseconds(Int64(truncatingIfNeeded: random.next()))) : nil,
        invalidReasons: UInt16(truncatingIfNeeded: random.next()))
    }
    inputs.damaged = u32()
    if flip() {
      inputs.status = Fresh(
        SafetyStatus(
          deviceTime: device(), frameSequence: u32(), leaseID: u32(),
          leaseLeft: Nanoseconds(Int64(u32())),
          flags: SafetyFlags(rawValue: UInt16(truncatingIfNeeded: random.next())),
          trip: TripCause.allCases[random.below(TripCause.allCases.count)],
          needleDepth: Micrometres(i32()), leaseTravel: Micrometres(i32()),
          temperatureCdegc: Int16(truncatingIfNeeded: random.next()),
          supplyMv: UInt16(truncatingIfNeeded: random.next()),
          measuredGain: CentiDecibels(Int32(Int16(truncatingIfNeeded: random.next())))),
        since: host())
    }
    if flip() {
      inputs.selfTest = Fresh(
        SelfTestReport(
          finished: device(),
          passed: SelfTestItems(rawValue: UInt16(truncatingIfNeeded: random.next())),
          run: SelfTestItems(rawValue: UInt16(truncatingIfNeeded: random.next()))), since: host())
    }
    if flip() { inputs.isJournalWritable = flip() }
    if flip() { inputs.isConfigurationValid = flip() }
    if flip() { inputs.soundSpeed = MillimetresPerSecond(i32()) }
    inputs.edges = OperatorEdges(rawValue: UInt8(random.below(32)))
    if flip() {
      inputs.acknowledged =
        flip() ? .powerUp : .check(CheckID.allCases[random.below(CheckID.count)])
    }
    return inputs
  }

  // R30
  @Test func aRecordedRunReplaysBitByBitAndEveryChangeIsNoticed() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("run.journal").path
    let journal = try FileJournal(path: path)
    let run = try RuntimeBench(seed: 61, journal: journal)
    #expect(run.advance(), "\(run.why)")
    run.emulator.begin(.unplug)
    run.step(50)
    run.runtime.shutDown()
    #expect(journal.isWritable && journal.lost == 0)

    let replay = try JournalReplay(path: path, setup: run.runtime.setup.interlock)
    #expect(replay.steps > 3_000)
    #expect(replay.mismatches == 0)
    #expect(replay.isFaithful)

    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let other = folder.appendingPathComponent("changed.journal").path
    func replayed(_ bytes: [UInt8]) throws -> JournalReplay {
      try Data(bytes).write(to: URL(fileURLWithPath: other))
      return try JournalReplay(path: other, setup: run.runtime.setup.interlock)
    }
    var random = SplitMix64(seed: 62)
    for _ in 0..<12 {
      var changed = bytes
      let at = JournalRecord.header.count + random.below(bytes.count - JournalRecord.header.count)
      changed[at] ^= 1 << UInt8(random.below(8))
      #expect(try !replayed(changed).isFaithful, "byte \(at)")
    }
    var ends: Set<Int> = []
    var walk = ByteReader(bytes, from: JournalRecord.header.count)
    while JournalRecord(&walk) != nil { ends.insert(walk.offset) }
    #expect(ends.count == Int(replay.steps) && walk.isAtEnd)
    for _ in 0..<6 {
      let length = JournalRecord.header.count + 1 + random.below(bytes.count / 2)
      let cut = try replayed(Array(bytes[..<length]))
      #expect(cut.isCutShort == !ends.contains(length), "cut to \(length)")
      #expect(!cut.isDamaged && cut.mismatches == 0)
      #expect(cut.steps == UInt64(ends.count { $0 <= length }))
    }
    #expect(throws: JournalReplay.NotAJournal.self) { try replayed(Array(bytes.dropFirst())) }
    // Another setup decides otherwise: the replay is of this session only.
    var setup = run.runtime.setup
    setup.interlock.specHash ^= 1
    #expect(try JournalReplay(path: path, setup: setup.interlock).mismatches > 0)
  }

  // R30
  @Test func aFolderThatCannotBeWrittenIsAnErrorAtOnce() {
    #expect(throws: (any Error).self) { try FileJournal(path: "/proc/peakgate.journal") }
    #expect(throws: (any Error).self) { try FileJournal(path: "/nowhere/peakgate.journal") }
  }

  // R30
  @Test func aDiskThatIsFullFromTheStartIsAnErrorAtOnce() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // A link to the device that takes no byte: were it replaced by a file, only the link would go.
    let link = folder.appendingPathComponent("full.journal").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/full")
    #expect(throws: (any Error).self) { try FileJournal(path: link) }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/full")
  }

  // R30
  @Test func aDiskThatFailsLaterIsSeenAndTheLossIsCounted() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // A pipe whose reader goes away refuses every byte from then on.
    let path = folder.appendingPathComponent("pipe.journal").path
    signal(SIGPIPE, SIG_IGN)
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    let journal = try FileJournal(path: path)
    close(reader)
    let run = try RuntimeBench(seed: 63, journal: journal)
    run.runtime.connect()
    run.step(1_500)
    #expect(!journal.isWritable)
    #expect(journal.lost > 0)
    #expect(run.view.decision?.report[.journalRecording].permits == false)
    run.runtime.shutDown()
  }

  private final class FillingJournal: Journal {
    var lost: UInt64 { 0 }
    var isWritable = true
    func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) {}
    func finish() {}
  }

  // R30
  @Test func aJournalThatFailsBlocksArmingAndEndsAnAdvance() throws {
    let journal = FillingJournal()
    let run = try RuntimeBench(seed: 64, journal: journal)
    journal.isWritable = false
    #expect(!run.prepare(), "nothing may be acknowledged without a journal")
    journal.isWritable = true
    #expect(run.advance(), "\(run.why)")
    journal.isWritable = false
    run.forgetRounds()
    run.step(60)
    #expect(run.rounds.dropFirst(50).allSatisfy { !$0.isDriveEnergised })
    #expect(run.fault == .check(.journalRecording))
  }
}
