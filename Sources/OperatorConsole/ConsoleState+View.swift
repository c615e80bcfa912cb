import Alignment
import ControlRuntime
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities
import SafetyInterlock

extension ConsoleState {
  /// What a view says, in the terms of the interface. What is older than 250 ms is unknown (R29).
  init(_ view: BenchView) {
    let snapshot = view.snapshot
    sequence = view.sequence
    time = Time(
      unixMs: view.unixMS, monotonicMs: Double(snapshot.now.nanoseconds) * 1e-6,
      madeMs: Double(view.madeAtNS) * 1e-6, standsStillMs: view.standsStillFor?.milliseconds)
    connection = Connection(state: StateWords.connection(snapshot.connection))
    if case .lost(let error) = snapshot.connection {
      connection.error = error.message
      connection.remedy = error.remedy
    }
    if view.standsStillFor != nil {
      connection = Connection(
        state: "lost", error: BenchView.standsStill, remedy: BenchView.standsStillRemedy)
    }
    device = Device(simulated: view.isSimulated)
    if let identity = snapshot.identity {
      device?.serial = identity.serial.text
      device?.specHash = Self.hex(identity.specHash)
      device?.firmware = Self.hex(identity.firmwareHash)
    }
    interlock = Interlock(snapshot)
    limits = .current
    stop = Stop(
      active: view.stop.isActive, id: view.stop.isActive ? view.stop.id : nil,
      by: view.stop.isActive ? view.stop.by : nil)
    control = Control(
      held: view.lease.holder != nil, holder: view.lease.holder?.id,
      silentMs: view.lease.silence(at: snapshot.now)?.milliseconds)
    searching = view.isSearching
    signal = Signal(view)
    needle = Needle(view)
    if let handle = view.handle, let age = view.frameAge {
      self.handle = Handle(
        rollDeg: handle.rollDeg, levelMM: handle.levelMM, moving: view.isHandleMoving,
        ageMs: age.milliseconds)
    }
    // An instruction is meant while the search goes on, while it is known where the handle is, and
    // while nothing is stopped.
    if view.isSearching, !view.stop.isActive, let age = view.frameAge,
      age <= Limits.shownUnknownAfter
    {
      guidance = snapshot.guidance.map {
        GuidanceWords($0, number: view.instruction, overtakes: view.isOvertaken)
      }
    }
    if let estimate = snapshot.guidance?.estimate, let age = view.guidanceAge {
      fit = Fit(estimate, beam: view.beam, age: age)
    }
    sweep = view.sweep.samples
    track = view.points
    counts = Counts(snapshot.counts)
    recording = Recording(
      state: view.recording.words, failing: view.recording.isFailing, lost: view.recording.lost)
  }

  static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// A number that can be written down; JSON has none for the others.
func known(_ value: Double) -> Double? { value.isFinite ? value : nil }

extension TrackPoint {
  init(_ view: BenchView) {
    let snapshot = view.snapshot
    sequence = view.sequence
    monotonicMs = Double(snapshot.now.nanoseconds) * 1e-6
    maximumDB = snapshot.maximum?.decibels
    guard let frame = snapshot.frame, frame.track.isValid,
      let age = view.frameAge, age <= Limits.frameStaleAfter
    else { return }
    amplitudeDB = known(frame.track.amplitudeDB - frame.header.gain.decibels)
    distanceMM = known(frame.track.timeOfFlightNS * view.soundSpeedMPerS * 1e-6)
  }
}

extension ConsoleState.Interlock {
  init(_ snapshot: BenchSnapshot) {
    state = StateWords.state(snapshot)
    checks = CheckID.allCases.map { id in
      ConsoleState.Check(id, snapshot.decision?.report[id])
    }
    switch snapshot.state {
    case .faulted(let record): fault = CheckWords.fault(record)
    case .armed(let since), .enabled(let since): armedForMs = (snapshot.now - since).milliseconds
    default: break
    }
  }
}

extension ConsoleState.Check {
  init(_ id: CheckID, _ result: CheckResult?) {
    self.id = id.name.description
    title = CheckWords.title(id)
    kind = CheckWords.kind(id.kind)
    value = result.flatMap { CheckWords.value(id, $0) }
    limit = result.map { CheckWords.limit(id, $0.limit) } ?? ""
    state =
      switch result?.verdict {
      case nil, .notEvaluated: "unknown"
      case .permit: "pass"
      case .latch: "latched"
      case .deny: result?.isKnown == true ? "fail" : "unknown"
      }
    remedy = state == "pass" ? "" : id.remedy.description
  }
}

extension ConsoleState.LimitValues {
  static var current: Self {
    Self(
      unknownAfterMs: Limits.shownUnknownAfter.milliseconds,
      needleThrowMM: Limits.needleThrow.millimetres, peakDropDB: Limits.peakDropMax.decibels,
      amplitudeFloorDB: Limits.amplitudeFloor.decibels,
      distanceMinMM: Limits.needleDistanceMin.millimetres,
      distanceMaxMM: Limits.needleReach.millimetres,
      armingExpiresMs: Limits.armingExpires.milliseconds)
  }
}

extension ConsoleState.Signal {
  /// nil without a frame, and when it is so old that nothing of it may be shown.
  init?(_ view: BenchView) {
    guard let frame = view.snapshot.frame, let age = view.frameAge,
      let header = view.lineHeader
    else { return nil }
    let pulse = view.tracker.pulse
    ageMs = age.milliseconds
    valid = frame.track.isValid
    fullScale = Int(view.tracker.fullScale) + 1
    maximumDB = view.snapshot.maximum?.decibels
    let isKnown = age <= Limits.shownUnknownAfter
    let drawing = LineDrawing(
      isKnown ? view.line : [], carrierSamples: pulse.sampleRateHz / pulse.carrierHz)
    samples = drawing.samples
    envelope = drawing.envelope
    startNS = Double(header.delay.count)
    sampleNS = pulse.samplePeriodNS * Double(drawing.decimation)
    gateStartNS = Double(view.tracker.blankUntil.count)
    gateEndNS = min(
      Double(view.tracker.gateEnd.count),
      startNS + pulse.samplePeriodNS * Double(view.tracker.sampleCount))
    guard isKnown else { return }
    heldDB = frame.track.heldAmplitudeDB.flatMap { known($0 - frame.header.gain.decibels) }
    guard valid else { return }
    timeOfFlightNS = known(frame.track.timeOfFlightNS)
    amplitudeDB = known(frame.track.amplitudeDB - frame.header.gain.decibels)
    snrDB = known(frame.track.snrDB)
    distanceMM = known(frame.track.timeOfFlightNS * view.soundSpeedMPerS * 1e-6)
  }
}

extension ConsoleState.Needle {
  /// The console's own word (R29), with its age; nil when it is too old to be one.
  init?(_ view: BenchView) {
    let snapshot = view.snapshot
    guard let status = snapshot.status?.value(at: snapshot.now, within: Limits.shownUnknownAfter)
    else { return nil }
    ageMs = snapshot.status?.age(at: snapshot.now).milliseconds ?? 0
    depthMM = status.needleDepth.millimetres
    driveOn = status.flags.contains(.driveReadback)
    leaseMs = status.flags.contains(.leaseActive) ? status.leaseLeft.milliseconds : 0
    switchHeld = status.flags.contains(.switchNormallyOpen)
    trip = "\(status.trip)"
    switch snapshot.advance {
    case .idle: break
    case .waiting(let target):
      targetMM = target.millimetres
      progress = "waits for the gate"
    case .moving(let target):
      targetMM = target.millimetres
      progress = "moving"
    case .reached: progress = "reached"
    }
  }
}

extension ConsoleState.GuidanceWords {
  init(_ guidance: Guidance, number: UInt64, overtakes: Bool) {
    id = String(number)
    words = guidance.words
    phase = guidance.phase.words
    self.overtakes = overtakes
    switch guidance.instruction {
    case .rotate(let angle, let speed):
      (kind, rotateDeg, rotateDegPerS) = ("rotate", known(angle), known(speed))
    case .move(let distance, let speed):
      (kind, moveMM, moveMMPerS) = ("move", known(distance), known(speed))
    case .sweep(let roll, let rollSpeed, let level, let levelSpeed):
      kind = "sweep"
      (rotateDeg, rotateDegPerS) = (known(roll), known(rollSpeed))
      (moveMM, moveMMPerS) = (known(level), known(levelSpeed))
    case .hold: kind = "hold"
    case .searchExhausted: kind = "exhausted"
    }
  }
}

extension ConsoleState.Fit {
  /// nil when a figure cannot be written down.
  init?(_ estimate: AlignmentEstimate, beam: BeamModel, age: Nanoseconds) {
    let values = [
      estimate.bestRollDeg, estimate.sigmaRollDeg, estimate.bestLevelMM, estimate.sigmaLevelMM,
      estimate.distanceMM, estimate.sigmaDistanceMM, estimate.amplitudeDB,
    ]
    guard values.allSatisfy(\.isFinite) else { return nil }
    ageMs = age.milliseconds
    rollDeg = estimate.bestRollDeg
    sigmaRollDeg = estimate.sigmaRollDeg
    levelMM = estimate.bestLevelMM
    sigmaLevelMM = estimate.sigmaLevelMM
    distanceMM = estimate.distanceMM
    sigmaDistanceMM = estimate.sigmaDistanceMM
    amplitudeDB = estimate.amplitudeDB
    rollHalfWidthDeg = beam.halfWidth(.roll, rangeMM: estimate.distanceMM)
    levelHalfWidthMM = beam.halfWidth(.level, rangeMM: estimate.distanceMM)
    mainLobe = estimate.isMainLobe
    cuesAgree = estimate.cuesAgree
  }
}

extension ConsoleState.Counts {
  init(_ counts: BenchCounts) {
    frames = counts.frames
    lost = counts.lost
    late = counts.late
    overruns = counts.overruns
    damaged = counts.damaged
    permits = counts.permits
    leases = counts.leases
    refusedCommands = counts.refusedCommands
    faults = counts.faults.count
  }
}
