import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

extension ConditionPair {
  static var checks: [ConditionPair] { linkChecks + streamChecks + consoleChecks + signalChecks }

  private static var fresh: Bench { Bench() }

  private static func moved(_ instant: HostInstant, _ by: Int64) -> HostInstant {
    instant + Nanoseconds(by)
  }

  private static var linkChecks: [ConditionPair] {
    let invalidSetup: Bench = {
      var setup = Bench.goodSetup
      setup.linkBudget = LinkBudget { _ in CentiDecibels(-1) }
      return Bench(setup: setup)
    }()
    return [
      check("LinkConnected", .linkConnected, "connected") { $0.isConnected = false },
      check("LinkIdentity", .linkIdentity, "an identity is known") { $0.identity = nil },
      check("LinkIdentity", .linkIdentity, "serial is the expected one") {
        $0.identity?.serial = SerialNumber("PG-OTHER")
      },
      check("LinkIdentity", .linkIdentity, "firmware hash is the expected one") {
        $0.identity?.firmwareHash = 0
      },
      check("LinkIdentity", .linkIdentity, "spec hash is the expected one") {
        $0.identity?.specHash = 0
      },
      check("LinkIdentity", .linkIdentity, "the frame of this step bears the nonce") {
        $0.frame?.nonce = 1
      },
      check("LinkIdentity", .linkIdentity, "a frame is known", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      check(
        "LinkIdentity", .linkIdentity, "the newest frame bears the nonce",
        base: { $0.frame = nil }
      ) { $0.identity?.nonce = 1 },
      check("ConfigurationValid", .configurationValid, "validity is known") {
        $0.isConfigurationValid = nil
      },
      check("ConfigurationValid", .configurationValid, "the setup was proved") {
        $0.isConfigurationValid = false
      },
      check(
        "ConfigurationValid", .configurationValid, "its link budget is plausible", fresh,
        not: invalidSetup),
      check("JournalRecording", .journalRecording, "writability is known") {
        $0.isJournalWritable = nil
      },
      check("JournalRecording", .journalRecording, "the journal is writable") {
        $0.isJournalWritable = false
      },
      check("LoopDeadline", .loopDeadline, "there was a step before", Bench.locked(), not: fresh),
      check("LoopDeadline", .loopDeadline, "gap ≤ 15 ms") { $0.now = moved($0.now, 5_000_001) },
      check("LoopDeadline", .loopDeadline, "gap ≥ 0") { $0.now = moved($0.now, -10_000_001) },
      check(
        "LoopDeadline", .loopDeadline, "gap ≤ 30 ms",
        base: { $0.now = moved($0.now, 20_000_000) }
      ) { $0.now = moved($0.now, 1) },
      check("ClockConsistent", .clockConsistent, "the clocks have run alike") {
        $0.bootTime = $0.bootTime.map { moved($0, 1_000_000_000) }
      },
      check("ClockConsistent", .clockConsistent, "boot time is known") { $0.bootTime = nil },
    ]
  }

  private static var streamChecks: [ConditionPair] {
    var damaged = enabled
    damaged.step { $0.damaged = 1 }
    var repeated = enabled
    repeated.step { $0.frame?.payloadCRC = 5 }
    repeated.step { $0.frame?.payloadCRC = 5 }
    return [
      check(
        "StreamIntegrity", .streamIntegrity, "no second damage in the window",
        base: { $0.damaged = 1 }, from: enabled
      ) { $0.damaged = 2 },
      check("StreamIntegrity", .streamIntegrity, "no damage in this step") { $0.damaged = 1 },
      check("StreamSequence", .streamSequence, "a frame was numbered", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      check("StreamSequence", .streamSequence, "no number is missing") { $0.frame?.sequence &+= 1 },
      check("StreamSequence", .streamSequence, "the number is ahead") { $0.frame?.sequence &-= 1 },
      check("StreamLive", .streamLive, "fewer than three alike", from: repeated) {
        $0.frame?.payloadCRC = 5
      },
      check("StreamLive", .streamLive, "a frame is known", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      check("StreamFresh", .streamFresh, "a frame is known", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      check("StreamFresh", .streamFresh, "age ≥ 0") {
        $0.frame?.received = moved($0.now, 1)
      },
      check("StreamFresh", .streamFresh, "age and lateness ≤ 30 ms") {
        $0.frame?.received = moved($0.now, -30_000_001)
      },
      ConditionPair("Checks/StreamFreshCheck", "age and lateness fit 64 bits") { holds in
        var bench = Bench(now: 1 << 60, device: 1 << 60, boot: 1 << 60)
        bench.steps(2)
        bench.device -= 5_000_000
        bench.step()
        let decision = bench.step {
          if !holds { $0.now = HostInstant(nanoseconds: .max) }
          $0.frame = nil
        }
        return decision.report[.streamFresh].value == .max ? "clamped" : "exact"
      },
    ]
  }

  private static var consoleChecks: [ConditionPair] {
    func status(
      _ file: String, _ id: CheckID, _ condition: String,
      _ change: @escaping (inout SafetyStatus) -> Void
    ) -> ConditionPair {
      check(file, id, condition) { inputs in
        guard var status = inputs.status else { return }
        change(&status.value)
        inputs.status = status
      }
    }
    let missing: Spoil = { $0.status = nil }
    var discrepant = enabled
    for _ in 0..<2 {
      discrepant.step { $0.status?.value.flags.insert(.switchNormallyClosed) }
    }
    var stuck = Bench.locked()
    for _ in 0..<2 { stuck.step { $0.status?.value.flags.insert(.driveReadback) } }
    return [
      check("ConsoleFresh", .consoleFresh, "a status is known", otherwise: missing),
      check("ConsoleFresh", .consoleFresh, "age ≥ 0") { $0.status?.since = moved($0.now, 1) },
      check("ConsoleFresh", .consoleFresh, "age ≤ 30 ms") {
        $0.status?.since = moved($0.now, -30_000_001)
      },
      check("ConsoleEstop", .consoleEstop, "a status is known", otherwise: missing),
      status("ConsoleEstop", .consoleEstop, "the stop chain is closed") {
        $0.flags.remove(.estopOk)
      },
      check("SwitchEnable", .switchEnable, "a status is known", otherwise: missing),
      check("SwitchEnable", .switchEnable, "the contacts agree in time", from: discrepant) {
        $0.status?.value.flags.insert(.switchNormallyClosed)
      },
      check("SwitchEnable", .switchEnable, "held") {
        $0.status?.value.flags.remove(.switchNormallyOpen)
        $0.status?.value.flags.insert(.switchNormallyClosed)
      },
      check("ConsoleReadback", .consoleReadback, "a status is known", otherwise: missing),
      check("ConsoleReadback", .consoleReadback, "the output has followed", from: stuck) {
        $0.status?.value.flags.insert(.driveReadback)
      },
      check("ConsoleTrip", .consoleTrip, "a status is known", otherwise: missing),
      status("ConsoleTrip", .consoleTrip, "no trip, as against power-up") { $0.trip = .powerUp },
      status("ConsoleTrip", .consoleTrip, "no trip, as against any other") { $0.trip = .estop },
      check("ConsoleHealth", .consoleHealth, "a status is known", otherwise: missing),
      check("ConsoleHealth", .consoleHealth, "a frame is known", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      status("ConsoleHealth", .consoleHealth, "supply flag") { $0.flags.remove(.supplyOk) },
      status("ConsoleHealth", .consoleHealth, "temperature flag") {
        $0.flags.remove(.temperatureOk)
      },
      status("ConsoleHealth", .consoleHealth, "watchdog flag") { $0.flags.remove(.watchdogOk) },
      status("ConsoleHealth", .consoleHealth, "supply ≥ 4.5 V") { $0.supplyMv = 4_499 },
      status("ConsoleHealth", .consoleHealth, "supply ≤ 5.5 V") { $0.supplyMv = 5_501 },
      status("ConsoleHealth", .consoleHealth, "temperature ≥ 5 °C") { $0.temperatureCdegc = 499 },
      status("ConsoleHealth", .consoleHealth, "temperature ≤ 60 °C") {
        $0.temperatureCdegc = 6_001
      },
      check("ConsoleHealth", .consoleHealth, "the emitter is fit") {
        $0.frame?.flags.insert(.emitterFault)
      },
      status("ConsoleHealth", .consoleHealth, "gain within 1 dB") {
        $0.measuredGain = CentiDecibels(101)
      },
      check("ConsoleSelfTest", .consoleSelfTest, "a report is known") { $0.selfTest = nil },
      check(
        "ConsoleSelfTest", .consoleSelfTest, "a connection is known",
        base: { $0.selfTest?.since = $0.now }
      ) { $0.identity = nil },
      check("ConsoleSelfTest", .consoleSelfTest, "the report is of this connection") {
        $0.selfTest?.since = HostInstant(nanoseconds: 1_000_000_000)
      },
      ConditionPair("Checks/ConsoleSelfTestCheck", "0 ≤ age ≤ 600 s") { holds in
        var bench = enabled
        let decision = bench.step {
          $0.now = moved($0.now, 700_000_000_000)
          $0.selfTest?.since = holds ? $0.now : moved($0.now, -600_000_000_001)
        }
        return "\(decision.report[.consoleSelfTest].verdict)"
      },
      check("ConsoleSelfTest", .consoleSelfTest, "every item was run and passed") {
        $0.selfTest?.value.passed.remove(.tripRelay)
      },
      check("DrivePosition", .drivePosition, "a status is known", otherwise: missing),
      status("DrivePosition", .drivePosition, "depth ≥ −0.1 mm") {
        $0.needleDepth = Micrometres(-101)
      },
      status("DrivePosition", .drivePosition, "depth ≤ throw") {
        $0.needleDepth = Micrometres(12_001)
      },
      check("ArmingArmed", .armingArmed, "armed", Bench.armed(), not: Bench.searched()),
    ]
  }

  private static var signalChecks: [ConditionPair] {
    func signal(
      _ file: String, _ id: CheckID, _ condition: String, base: @escaping Spoil = { _ in },
      _ change: @escaping (inout SignalObservation) -> Void
    ) -> ConditionPair {
      check(file, id, condition, base: base) { inputs in
        guard var signal = inputs.frame?.signal else { return }
        change(&signal)
        inputs.frame?.signal = signal
      }
    }
    let missing: Spoil = { $0.frame?.signal = nil }
    let unfinished: Bench = {
      var bench = Bench.searched()
      bench.step(.beginSearch)
      bench.look(roll: 0, level: 0, Bench.peak)
      return bench
    }()
    let finished: Bench = {
      var bench = unfinished
      bench.step(.finishSearch)
      return bench
    }()
    let empty: Bench = {
      var bench = Bench.searched()
      bench.step([.beginSearch, .finishSearch])
      return bench
    }()
    var dwelling = Bench.locked()
    dwelling.search()
    let slow: Spoil = { $0.soundSpeed = MillimetresPerSecond(1_500_000) }
    return [
      check("SignalValid", .signalValid, "a frame is known", Bench.locked(), not: fresh) {
        $0.frame = nil
      },
      check("SignalValid", .signalValid, "a signal was found", otherwise: missing),
      check("SignalValid", .signalValid, "not clipped") { $0.frame?.flags.insert(.clipped) },
      check("SignalAmplitude", .signalAmplitude, "a signal is known", otherwise: missing),
      signal("SignalAmplitude", .signalAmplitude, "amplitude ≥ floor") {
        $0.amplitude = CentiDecibels(2_999)
      },
      check("SignalSNR", .signalSNR, "a signal is known", otherwise: missing),
      signal("SignalSNR", .signalSNR, "SNR ≥ floor") { $0.snr = CentiDecibels(1_199) },
      check("RangeSoundSpeed", .rangeSoundSpeed, "a speed is known") { $0.soundSpeed = nil },
      check("RangeSoundSpeed", .rangeSoundSpeed, "speed ≥ 1,400 m/s") {
        $0.soundSpeed = MillimetresPerSecond(1_399_999)
      },
      check("RangeSoundSpeed", .rangeSoundSpeed, "speed ≤ 1,600 m/s") {
        $0.soundSpeed = MillimetresPerSecond(1_600_001)
      },
      check("InterlockCheck".replacingCheck, .rangeReach, "a signal is known", otherwise: missing),
      check("InterlockCheck".replacingCheck, .rangeReach, "a speed is known") {
        $0.soundSpeed = nil
      },
      signal("InterlockCheck".replacingCheck, .rangeReach, "flight ≥ 0") {
        $0.timeOfFlight = Nanoseconds(-1)
      },
      ConditionPair("Checks/InterlockCheck", "flight ≤ 1 ms") { holds in
        var bench = enabled
        let decision = bench.step {
          $0.frame?.signal?.timeOfFlight = Nanoseconds(holds ? 1_000_000 : 1_000_001)
        }
        return decision.report[.rangeReach].isKnown ? "known" : "unknown"
      },
      ConditionPair("Checks/InterlockCheck", "speed ≥ 0") { holds in
        var bench = enabled
        let decision = bench.step { $0.soundSpeed = MillimetresPerSecond(holds ? 0 : -1) }
        return decision.report[.rangeReach].isKnown ? "known" : "unknown"
      },
      check("RangeReach", .rangeReach, "a distance is known", otherwise: missing),
      signal("RangeReach", .rangeReach, "distance ≥ needle minimum", base: slow) {
        $0.timeOfFlight = Nanoseconds(999)
      },
      signal("RangeReach", .rangeReach, "distance ≤ reach", base: slow) {
        $0.timeOfFlight = Nanoseconds(8_001)
      },
      check("RangeStable", .rangeStable, "a signal is known", otherwise: missing),
      check("RangeStable", .rangeStable, "no dwell is under way", Bench.locked(), not: dwelling) {
        $0.frame?.signal?.timeOfFlight = Nanoseconds(3_900)
      },
      signal("RangeStable", .rangeStable, "spread ≤ 500 ns") {
        $0.timeOfFlight = Nanoseconds(3_701)
      },
      check("AlignmentLinkBudget", .alignmentLinkBudget, "a signal is known", otherwise: missing),
      check("AlignmentLinkBudget", .alignmentLinkBudget, "a distance is known") {
        $0.soundSpeed = nil
      },
      signal("AlignmentLinkBudget", .alignmentLinkBudget, "the range is in the table") {
        $0.timeOfFlight = Nanoseconds(20_000)
      },
      signal("AlignmentLinkBudget", .alignmentLinkBudget, "not too weak") {
        $0.amplitude = CentiDecibels(4_399)
      },
      signal("AlignmentLinkBudget", .alignmentLinkBudget, "not too strong") {
        $0.amplitude = CentiDecibels(5_601)
      },
      check(
        "AlignmentBracketed", .alignmentBracketed, "bracketed", Bench.searched(), not: finished),
      check("AlignmentPeak", .alignmentPeak, "a signal is known", otherwise: missing),
      check("AlignmentPeak", .alignmentPeak, "the search is finished", finished, not: unfinished),
      check("AlignmentPeak", .alignmentPeak, "it found a maximum", finished, not: empty),
      signal("AlignmentPeak", .alignmentPeak, "not below the maximum") {
        $0.amplitude = CentiDecibels(4_799)
      },
      signal("AlignmentPeak", .alignmentPeak, "not above the maximum") {
        $0.amplitude = CentiDecibels(5_151)
      },
      check(
        "AlignmentTimeOfFlight", .alignmentTimeOfFlight, "a signal is known",
        otherwise: missing),
      check(
        "AlignmentTimeOfFlight", .alignmentTimeOfFlight, "the search is finished", finished,
        not: unfinished),
      check(
        "AlignmentTimeOfFlight", .alignmentTimeOfFlight, "it found a shortest flight", finished,
        not: empty),
      signal("AlignmentTimeOfFlight", .alignmentTimeOfFlight, "not longer") {
        $0.timeOfFlight = Nanoseconds(3_551)
      },
      signal("AlignmentTimeOfFlight", .alignmentTimeOfFlight, "not shorter") {
        $0.timeOfFlight = Nanoseconds(2_849)
      },
      dwell("at least 40 frames", frames: 40, otherFrames: 39, since: 500, otherSince: 500),
      dwell("at least 500 ms", frames: 40, otherFrames: 40, since: 500, otherSince: 499),
    ]
  }

  private static func dwell(
    _ condition: String, frames: UInt32, otherFrames: UInt32, since: Int64, otherSince: Int64
  ) -> ConditionPair {
    ConditionPair("Checks/AlignmentDwellCheck", condition) { holds in
      var bench = enabled
      var memory = bench.interlock.memory
      let next = HostInstant(nanoseconds: bench.now + UInt64(bench.period))
      memory.dwell.frames = (holds ? frames : otherFrames) - 1
      memory.dwell.since = next + .milliseconds(-(holds ? since : otherSince))
      bench.interlock = Interlock(
        Bench.goodSetup, machine: bench.interlock.machine, memory: memory, heldEdges: [],
        decisions: 1)
      return "\(bench.step().report[.alignmentDwell].verdict)"
    }
  }
}

extension String {
  /// `check` appends the word itself.
  fileprivate var replacingCheck: String { String(dropLast("Check".count)) }
}
