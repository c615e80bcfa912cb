import HardwareSpecs
import Quantities
import SafetyInterlock

/// The rules on what one step's inputs and the history before it say; one row a check.
struct OracleRules {
  var inputs: InterlockInputs
  var history: OracleHistory
  var setup: InterlockSetup
  var status: SafetyStatus?
  var signal: SignalObservation?

  init(_ inputs: InterlockInputs, _ history: OracleHistory, _ setup: InterlockSetup) {
    self.inputs = inputs
    self.history = history
    self.setup = setup
    status = history.status(inputs)?.value
    signal = history.newest?.signal
  }

  /// The standing checks: what must hold before anything may be acknowledged.
  func standing(into table: inout VerdictTable) {
    table[.linkConnected] = inputs.isConnected ? .permit : .latch
    table[.linkIdentity] = identity()
    table[.configurationValid] =
      inputs.isConfigurationValid == true && setup.linkBudget.isValid ? .permit : .deny
    table[.journalRecording] = inputs.isJournalWritable == true ? .permit : .deny
    table[.loopDeadline] = loop()
    table[.clockConsistent] =
      history.clocks.isLatched ? .latch : (inputs.bootTime == nil ? .deny : .permit)
    table[.streamIntegrity] =
      history.isDamageLatched ? .latch : (inputs.damaged == 0 ? .permit : .deny)
    table[.streamSequence] = history.arrivalFollows == true ? .permit : .deny
    table[.streamLive] = history.newest == nil ? .deny : (history.isFrozen ? .latch : .permit)
    table[.streamFresh] = fresh() ? .permit : .deny
    table[.rangeSoundSpeed] =
      inputs.soundSpeed.map {
        $0 >= Limits.soundSpeedMin && $0 <= Limits.soundSpeedMax ? .permit : .deny
      } ?? .deny
    table[.consoleSelfTest] = isSelfTested() ? .permit : .deny
    console(into: &table)
  }

  private func identity() -> Verdict {
    guard let seen = inputs.identity else { return .deny }
    guard seen.serial == setup.serial, seen.firmwareHash == setup.firmwareHash,
      seen.specHash == setup.specHash
    else { return .latch }
    let nonces = [inputs.frame?.nonce, history.newest?.nonce]
    if nonces.contains(where: { $0 != nil && $0 != seen.nonce }) { return .latch }
    return history.newest == nil ? .deny : .permit
  }

  private func loop() -> Verdict {
    guard let previous = history.previousNow, inputs.now >= previous else { return .deny }
    let late = inputs.now - previous
    return late > Limits.loopLatch ? .latch : (late > Limits.loopLate ? .deny : .permit)
  }

  private func fresh() -> Bool {
    guard let frame = history.newest, inputs.now >= frame.received else { return false }
    let age = Int128((inputs.now - frame.received).count) + history.lateness
    return age <= Int128(Limits.frameStaleAfter.count)
  }

  private func isSelfTested() -> Bool {
    guard let report = inputs.selfTest, let connectedSince = history.connectedSince,
      report.since >= connectedSince, report.since <= inputs.now,
      inputs.now - report.since <= Limits.selfTestExpires
    else { return false }
    let all: SelfTestItems = [
      .memory, .converter, .emitter, .supply, .tripLease, .tripSwitch, .tripEstop, .tripWatchdog,
      .tripRelay,
    ]
    return all.allSatisfied(by: report.value)
  }

  private func console(into table: inout VerdictTable) {
    guard let status else {
      for id in [
        CheckID.consoleFresh, .consoleEstop, .consoleReadback, .consoleTrip, .consoleHealth,
        .drivePosition,
      ] { table[id] = .deny }
      return
    }
    table[.consoleFresh] = .permit
    table[.consoleEstop] = status.flags.contains(.estopOk) ? .permit : .latch
    table[.consoleReadback] = history.readback.isLatched ? .latch : .permit
    table[.consoleTrip] =
      status.trip == .none ? .permit : (status.trip == .powerUp ? .deny : .latch)
    table[.consoleHealth] = isHealthy(status) ? .permit : .deny
    let depth = status.needleDepth.count
    table[.drivePosition] = depth >= -100 && depth <= Limits.needleThrow.count ? .permit : .deny
  }

  private func isHealthy(_ status: SafetyStatus) -> Bool {
    guard let frame = history.newest, !frame.flags.contains(.emitterFault) else { return false }
    let gain = Int64(status.measuredGain.count) - Int64(setup.commandedGain.count)
    return status.flags.isSuperset(of: [.watchdogOk, .supplyOk, .temperatureOk])
      && (Limits.supplyMin...Limits.supplyMax).contains(Int32(status.supplyMv))
      && (Limits.temperatureMin...Limits.temperatureMax).contains(Int32(status.temperatureCdegc))
      && abs(gain) <= Int64(Limits.gainTolerance.count)
  }
}

extension SelfTestItems {
  /// Each of these items was run, and passed.
  fileprivate func allSatisfied(by report: SelfTestReport) -> Bool {
    report.run.isSuperset(of: self) && report.passed.isSuperset(of: self)
  }
}
