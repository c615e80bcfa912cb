import HardwareSpecs
import Quantities
import SafetyInterlock

/// The standing checks: what must hold before anything may be acknowledged.
extension InterlockOracle {
  func standing(_ inputs: InterlockInputs, into table: inout VerdictTable) {
    table[.linkConnected] = inputs.isConnected ? .permit : .deny
    table[.linkIdentity] = identity(inputs)
    table[.configurationValid] = inputs.isConfigurationValid == true ? .permit : .deny
    table[.journalRecording] = inputs.isJournalWritable == true ? .permit : .deny
    table[.loopDeadline] = loop(inputs)
    table[.clockConsistent] = clocks(inputs)
    table[.streamIntegrity] =
      inputs.damaged == 0 ? .permit : (history.damages.count >= 2 ? .latch : .deny)
    table[.streamSequence] = history.frames.last.map { $0.follows ? .permit : .deny } ?? .deny
    table[.streamLive] = live()
    table[.streamFresh] = fresh(inputs)
    table[.rangeSoundSpeed] =
      inputs.soundSpeed.map {
        (Limits.soundSpeedMin...Limits.soundSpeedMax).contains($0) ? .permit : .deny
      } ?? .deny
    table[.consoleSelfTest] = selfTest(inputs)
    console(inputs, into: &table)
  }

  private func identity(_ inputs: InterlockInputs) -> Verdict {
    guard let seen = inputs.identity else { return .deny }
    guard seen.serial == setup.serial, seen.firmwareHash == setup.firmwareHash,
      seen.specHash == setup.specHash
    else { return .latch }
    if let frame = history.newest, frame.nonce != seen.nonce { return .latch }
    return .permit
  }

  private func loop(_ inputs: InterlockInputs) -> Verdict {
    guard let previous = history.previousNow, inputs.now >= previous else { return .deny }
    let late = inputs.now - previous
    return late > Limits.loopLatch ? .latch : (late > Limits.loopLate ? .deny : .permit)
  }

  private func clocks(_ inputs: InterlockInputs) -> Verdict {
    if let previous = history.previousNow, inputs.now < previous { return .latch }
    guard let boot = inputs.bootTime, let firstBoot = history.firstBoot,
      let firstNow = history.firstNow
    else { return .deny }
    let slept = Int128((boot - firstBoot).count) - Int128((inputs.now - firstNow).count)
    if slept.magnitude > Int128(Limits.clockDisagreement.count) { return .latch }
    return history.clocks.disagrees ? .latch : .permit
  }

  private func live() -> Verdict {
    let last = history.frames.suffix(Int(Limits.frozenPayloads)).map(\.frame)
    if last.count == Int(Limits.frozenPayloads),
      last.allSatisfy({ $0.payloadCRC == last[0].payloadCRC })
    {
      return .latch
    }
    let pair = last.suffix(2)
    if pair.count == 2, let a = pair.first, let b = pair.last,
      a.sequence == b.sequence || b.deviceTime <= a.deviceTime
    {
      return .latch
    }
    return last.isEmpty ? .deny : .permit
  }

  private func fresh(_ inputs: InterlockInputs) -> Verdict {
    guard let frame = history.newest else { return .deny }
    let age = inputs.now - frame.received
    guard age >= .zero, age <= Limits.frameStaleAfter else { return .deny }
    guard let status = inputs.currentStatus else { return .permit }
    return status.deviceTime - frame.deviceTime <= Limits.frameStaleAfter ? .permit : .deny
  }

  private func selfTest(_ inputs: InterlockInputs) -> Verdict {
    guard let report = inputs.selfTest else { return .deny }
    let age = inputs.now - report.since
    guard age >= .zero, age <= Limits.selfTestExpires else { return .deny }
    let all = SelfTestItems(rawValue: 0x1FF)
    return report.value.run.isSuperset(of: all) && report.value.passed.isSuperset(of: all)
      ? .permit : .deny
  }

  private func console(_ inputs: InterlockInputs, into table: inout VerdictTable) {
    guard let status = inputs.currentStatus else {
      for id in [
        CheckID.consoleFresh, .consoleEstop, .consoleReadback, .consoleTrip, .consoleHealth,
        .drivePosition,
      ] { table[id] = .deny }
      return
    }
    table[.consoleFresh] = .permit
    table[.consoleEstop] = status.flags.contains(.estopOk) ? .permit : .latch
    let mismatch = history.mismatchSince.map { inputs.now - $0 } ?? .zero
    table[.consoleReadback] = mismatch >= Limits.readbackMismatch ? .latch : .permit
    table[.consoleTrip] = status.trip == .none ? .permit : .deny
    table[.consoleHealth] = isHealthy(status) ? .permit : .deny
    let depth = status.needleDepth
    table[.drivePosition] =
      depth >= .zero && depth <= Limits.needleThrow
        && status.leaseTravel <= Limits.travelPerLease ? .permit : .deny
  }

  private func isHealthy(_ status: SafetyStatus) -> Bool {
    let gain = Int64(status.measuredGain.count) - Int64(setup.commandedGain.count)
    return status.flags.isSuperset(of: [.watchdogOk, .supplyOk, .temperatureOk])
      && (Limits.supplyMin...Limits.supplyMax).contains(Int32(status.supplyMv))
      && (Limits.temperatureMin...Limits.temperatureMax).contains(Int32(status.temperatureCdegc))
      && gain.magnitude <= UInt64(Limits.gainTolerance.count)
  }
}
