import HardwareSpecs
import Quantities
import SafetyInterlock

/// Something that is wrong for some steps: a field at a limit, an input that is missing, a habit.
struct Spoil: Sendable {
  enum Kind: CaseIterable {
    case unplugged, identityGone, wrongConsole, wrongNonce, newConnection, configuration, journal
    case damage, noFrame, sequence, stillCounter, sameNumber, payload, received, deviceJump
    case heldUp, bootJump, bootGone, hostBack, statusGone, statusOld, flags, estop, contacts
    case lines, trip, position, health, gain, selfTest, signalGone, frameFlags, amplitude, snr
    case flight, flightDrift, soundSpeed, peakLevel, edges, acknowledged, releaseBriefly, extremes
  }

  var kind: Kind
  /// How many steps it goes on.
  var left: Int
  var choice: Int
  private var payload: UInt32 = 0

  init(_ random: inout SeededStream) {
    kind = random.pick(Kind.allCases)
    left = random.oneIn(4) ? random.within(2...6) : (random.oneIn(10) ? random.within(7...60) : 1)
    choice = random.below(64)
  }

  mutating func apply(to inputs: inout InterlockInputs, on bench: inout GuidedBench) {
    left -= 1
    switch kind {
    case .unplugged, .identityGone, .wrongConsole, .wrongNonce, .newConnection, .configuration,
      .journal:
      spoilConnection(&inputs, &bench)
    case .damage, .noFrame, .sequence, .stillCounter, .sameNumber, .payload, .received,
      .deviceJump, .heldUp, .bootJump, .bootGone, .hostBack:
      spoilStream(&inputs, &bench)
    case .statusGone, .statusOld, .flags, .estop, .contacts, .lines, .trip, .position, .health,
      .gain, .selfTest:
      spoilConsole(&inputs, &bench)
    default: spoilSignal(&inputs, &bench)
    }
  }

  private func spoilConnection(_ inputs: inout InterlockInputs, _ bench: inout GuidedBench) {
    switch kind {
    case .unplugged: inputs.isConnected = false
    case .identityGone: inputs.identity = nil
    case .wrongConsole:
      switch choice % 4 {
      case 0: inputs.identity?.serial = SerialNumber("PG-OTHER")
      case 1: inputs.identity?.firmwareHash ^= 1
      case 2: inputs.identity?.specHash ^= 1 << 63
      default: inputs.identity?.nonce ^= 1
      }
    case .wrongNonce: inputs.frame?.nonce &+= 1
    case .newConnection:
      bench.identity.generation &+= 1
      if choice % 2 == 0 { bench.identity.nonce &+= 1 }
      if choice % 3 != 0 { bench.testedAt = bench.now }
      inputs.identity = bench.identity
      inputs.frame?.nonce = bench.identity.nonce
      // What lies in the buffer of the old connection.
      if choice % 5 == 0 { inputs.status?.since = HostInstant(nanoseconds: bench.now - 1) }
    case .configuration: inputs.isConfigurationValid = choice % 2 == 0 ? nil : false
    default: inputs.isJournalWritable = choice % 2 == 0 ? nil : false
    }
  }

  private mutating func spoilStream(_ inputs: inout InterlockInputs, _ bench: inout GuidedBench) {
    switch kind {
    case .damage: inputs.damaged = UInt32(1 + choice % 8 / 7)
    case .noFrame: inputs.frame = nil
    case .sequence:
      let steps: [UInt32] = [1, 2, 0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000, .max, .max - 1, 40]
      if choice % 2 == 0 { bench.sequence &+= steps[choice / 2 % 8] }
      inputs.frame?.sequence &+= steps[choice / 2 % 8]
    case .stillCounter:
      bench.sequence &-= 1
      inputs.frame?.sequence &-= 1
    case .sameNumber:
      inputs.frame?.sequence &-= 1
      inputs.frame?.payloadCRC ^= 5
    case .payload:
      if payload == 0 { payload = inputs.frame?.payloadCRC ?? 1 }
      inputs.frame?.payloadCRC = payload
    case .received:
      let back = [bench.random.around(30_000_000), 20_000_000, -1, 0][choice % 4]
      inputs.frame?.received = HostInstant(nanoseconds: bench.now &- UInt64(bitPattern: back))
    case .deviceJump:
      let limit = [20, 250, 30, 1_000][choice % 4] * Int64(1_000_000)
      let jump = bench.random.around(choice % 8 < 4 ? limit : -limit)
      bench.device = UInt64(max(0, Int128(bench.device) + Int128(jump)))
      left = 0
      inputs.frame?.deviceTime = DeviceInstant(nanoseconds: bench.device)
    case .heldUp:
      let late = UInt64(
        [bench.random.around(20_000_000), bench.random.around(30_000_000), 9][
          choice % 3])
      inputs.frame?.deviceTime = DeviceInstant(nanoseconds: bench.device - min(bench.device, late))
    case .bootJump:
      let jump = bench.random.around(choice % 2 == 0 ? 20_000_000 : -20_000_000)
      bench.boot = UInt64(Int128(bench.boot) + Int128(jump) * Int128(1 + choice % 3 / 2))
      inputs.bootTime = HostInstant(nanoseconds: bench.boot)
      left = 0
    case .bootGone: inputs.bootTime = nil
    default:
      inputs.now = HostInstant(nanoseconds: bench.now - UInt64(choice % 2 == 0 ? 10_000_001 : 1))
    }
  }

  private func spoilConsole(_ inputs: inout InterlockInputs, _ bench: inout GuidedBench) {
    switch kind {
    case .statusGone: inputs.status = nil
    case .statusOld:
      let back = [bench.random.around(30_000_000), 20_000_000, -1, 0][choice % 4]
      inputs.status?.since = HostInstant(nanoseconds: bench.now &- UInt64(bitPattern: back))
      inputs.status?.value.deviceTime = DeviceInstant(
        nanoseconds: bench.device &- UInt64(bitPattern: back))
    case .flags:
      inputs.status?.value.flags.formSymmetricDifference(
        SafetyFlags(rawValue: 1 << UInt16(choice % 13)))
    case .estop: inputs.status?.value.flags.remove(.estopOk)
    case .contacts:
      let both: SafetyFlags = [.switchNormallyOpen, .switchNormallyClosed]
      if choice % 2 == 0 {
        inputs.status?.value.flags.subtract(both)
      } else {
        inputs.status?.value.flags.formUnion(both)
      }
    case .lines:
      let lines: SafetyFlags = [
        [.driveReadback], [.driveCommanded], [.leaseActive],
        [.driveReadback, .driveCommanded, .leaseActive],
      ][choice % 4]
      inputs.status?.value.flags.formSymmetricDifference(lines)
    case .trip: inputs.status?.value.trip = TripCause.allCases[choice % 12]
    case .position:
      let depths: [Int64] = [
        bench.random.around(-100), bench.random.around(12_000), Int64(bench.depth) + 100,
        Int64(bench.depth) + 101, Int64(Int32.max), Int64(Int32.min),
      ]
      inputs.status?.value.needleDepth = Micrometres(Int32(clamping: depths[choice % 6]))
    case .health:
      let at: [Int64] = [4_500, 5_500, 500, 6_000].map { bench.random.around($0) }
      if choice % 4 < 2 {
        inputs.status?.value.supplyMv = UInt16(at[choice % 4])
      } else {
        inputs.status?.value.temperatureCdegc = Int16(at[choice % 4])
      }
    case .gain:
      let by = bench.random.around(choice % 2 == 0 ? 100 : -100)
      inputs.status?.value.measuredGain = CentiDecibels(
        bench.setup.commandedGain.count + Int32(by))
    default:
      switch choice % 5 {
      case 0: inputs.selfTest = nil
      case 1: inputs.selfTest?.value.run.remove(SelfTestItems(rawValue: 1 << UInt16(choice % 9)))
      case 2:
        inputs.selfTest?.value.passed.remove(SelfTestItems(rawValue: 1 << UInt16(choice % 9)))
      case 3: inputs.selfTest?.since = HostInstant(nanoseconds: bench.now &+ 1)
      default:
        let back = UInt64(bench.random.around(600_000_000_000))
        inputs.selfTest?.since = HostInstant(nanoseconds: bench.now - min(back, bench.now))
      }
    }
  }

  private func spoilSignal(_ inputs: inout InterlockInputs, _ bench: inout GuidedBench) {
    guard var signal = inputs.frame?.signal else { return spoilOperator(&inputs, &bench) }
    switch kind {
    case .signalGone: inputs.frame?.signal = nil
    case .frameFlags:
      inputs.frame?.flags.formSymmetricDifference(FrameFlags(rawValue: 1 << UInt16(choice % 3)))
    case .amplitude: signal.amplitude = CentiDecibels(Int32(bench.random.around(3_000)))
    case .snr: signal.snr = CentiDecibels(Int32(bench.random.around(1_200)))
    case .flight:
      let nearest = bench.random.around(1_500_000_000 / 1_570_000)
      let farthest = bench.random.around(12_000_000_000 / 1_570_000 + 1)
      signal.timeOfFlight = Nanoseconds(
        [
          nearest, farthest, signal.timeOfFlight.count &+ bench.random.around(350),
          signal.timeOfFlight.count &- bench.random.around(350), 0, -1, 1_000_000,
        ][choice % 7])
    case .flightDrift:
      let by = (left + choice) % 2 == 0 ? bench.random.around(250) : -bench.random.around(250)
      signal.timeOfFlight = Nanoseconds(signal.timeOfFlight.count &+ by)
    case .peakLevel:
      let by = [bench.random.around(-200), bench.random.around(150), 600, -600, 99, -99][choice % 6]
      signal.amplitude = CentiDecibels(signal.amplitude.count &+ Int32(by))
    case .extremes:
      let wild = [Int64.min, .max, Int64(Int32.max), Int64(Int32.min), 0, -1]
      signal.amplitude = CentiDecibels(Int32(clamping: wild[choice % 6]))
      signal.timeOfFlight = Nanoseconds(wild[(choice + left) % 6])
      inputs.frame?.handleRoll = Millidegrees(Int32(clamping: wild[(choice / 6) % 6]))
      inputs.frame?.handleLevel = Micrometres(Int32(clamping: wild[(choice / 3) % 6]))
      if choice % 7 == 0 { inputs.frame?.received = HostInstant(nanoseconds: .max) }
      if choice % 11 == 0 { inputs.bootTime = HostInstant(nanoseconds: .max) }
    default: return spoilOperator(&inputs, &bench)
    }
    if kind != .signalGone { inputs.frame?.signal = signal }
  }

  private func spoilOperator(_ inputs: inout InterlockInputs, _ bench: inout GuidedBench) {
    switch kind {
    case .soundSpeed:
      let speeds: [Int64] = [
        bench.random.around(1_400_000), bench.random.around(1_600_000), 0, Int64(Int32.max),
      ]
      inputs.soundSpeed =
        choice % 6 == 5 ? nil : MillimetresPerSecond(Int32(clamping: speeds[choice % 4]))
    case .edges: inputs.edges = OperatorEdges(rawValue: UInt8(choice % 32))
    case .acknowledged:
      inputs.edges.insert(.acknowledge)
      inputs.acknowledged = choice < 30 ? .check(CheckID.allCases[choice]) : .powerUp
    case .releaseBriefly:
      inputs.status?.value.flags.remove(.switchNormallyOpen)
      inputs.status?.value.flags.insert(.switchNormallyClosed)
    default: break
    }
  }
}
