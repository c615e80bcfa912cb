import HardwareSpecs
import Quantities
import SafetyInterlock

extension GuidedBench {
  private var instant: HostInstant { HostInstant(nanoseconds: now) }

  /// The inputs of this moment, all of them good.
  mutating func goodInputs() -> InterlockInputs {
    var inputs = InterlockInputs(now: instant)
    inputs.bootTime = HostInstant(nanoseconds: boot)
    inputs.isConnected = true
    inputs.identity = identity
    inputs.frame = FrameObservation(
      sequence: sequence, nonce: identity.nonce, deviceTime: DeviceInstant(nanoseconds: device),
      received: instant, payloadCRC: sequence &* 2_654_435_761, flags: [],
      handleRoll: Millidegrees(place.roll), handleLevel: Micrometres(place.level),
      needleDepth: Micrometres(depth), signal: signal(), invalidReasons: 0)
    inputs.status = Fresh(status(), since: instant)
    inputs.selfTest = Fresh(
      SelfTestReport(
        finished: DeviceInstant(nanoseconds: 0), passed: SelfTestItems(rawValue: 511),
        run: SelfTestItems(rawValue: 511)),
      since: HostInstant(nanoseconds: min(testedAt, now)))
    inputs.isJournalWritable = true
    inputs.isConfigurationValid = true
    inputs.soundSpeed = MillimetresPerSecond(1_570_000)
    return inputs
  }

  private mutating func signal() -> SignalObservation {
    var seen = peak
    let jitter = noise == 0 ? 0 : Int32(random.within(-noise...noise))
    seen.amplitude = CentiDecibels(peak.amplitude.count - place.drop + jitter)
    seen.timeOfFlight = Nanoseconds(
      peak.timeOfFlight.count + place.later + Int64(random.within(-noise...noise)))
    return seen
  }

  private func status() -> SafetyStatus {
    var flags: SafetyFlags = [
      .estopOk, .watchdogOk, .supplyOk, .temperatureOk, .streaming, .selfTestOk, .relayClosed,
    ]
    flags.insert(isPressed ? .switchNormallyOpen : .switchNormallyClosed)
    if isDriveOn { flags.formUnion([.leaseActive, .driveCommanded, .driveReadback]) }
    return SafetyStatus(
      deviceTime: DeviceInstant(nanoseconds: device), frameSequence: sequence, leaseID: 1,
      leaseLeft: .zero, flags: flags, trip: .none, needleDepth: Micrometres(depth),
      leaseTravel: .zero, temperatureCdegc: 3_500, supplyMv: 5_000,
      measuredGain: setup.commandedGain)
  }
}
