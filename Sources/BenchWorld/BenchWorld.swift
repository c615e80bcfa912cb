/// A simulated bench: two vessels, two catheters, a needle and the sound between them, in simulated
/// time. The same parameters, seed and sequence of calls give the same bytes on every machine.
///
/// Isolation: not thread-safe; owned by the emulator that drives it. No wall clock. No allocation
/// after the first frame of a given shape (count, rate, delay) and the first with electrosurgery.
///
/// Conventions as in `WorldParameters`: level positive distal (to *withdraw* is negative), roll positive
/// counter-clockwise looking distally. Both encoders read 0 at the start.
public final class BenchWorld {
  public let parameters: WorldParameters
  public let seed: UInt64

  let vessels: VesselPair
  package let budget: LinkBudget
  let aperture: EmitterAperture
  let calcium: CalciumShadow
  let best: BestAlignment
  private let rollTremor: TremorTones
  private let axialTremor: TremorTones
  private let heartPhase: Double
  private var roll: HandleAxis
  private var level: HandleAxis
  var needle = Needle()
  let scratch = FrameScratch()

  /// Simulated seconds since the start.
  public private(set) var now = 0.0
  /// What the fault plan does to the analogue path.
  public var disturbance = Disturbance()

  public init(_ parameters: WorldParameters, seed: UInt64) {
    self.parameters = parameters
    self.seed = seed
    var random = WorldRandom(seed: seed, stream: 1)
    vessels = VesselPair(parameters.anatomy, random: &random)
    rollTremor = TremorTones(random: &random)
    axialTremor = TremorTones(random: &random)
    heartPhase = random.uniform(0...(2 * .pi))
    budget = LinkBudget(medium: parameters.medium, snrDB: parameters.snrDB)
    aperture = EmitterAperture(medium: parameters.medium)
    calcium = CalciumShadow(parameters.calcium)
    best = BestAlignment(vessels)
    roll = HandleAxis(
      backlash: parameters.handle.backlashDeg, lag: parameters.handle.torqueLagS,
      speedMax: Reference.handleTurnMaxDegPerS)
    level = HandleAxis(
      backlash: parameters.handle.axialBacklashMM, lag: parameters.handle.axialLagS,
      speedMax: Reference.handleMoveMaxMMPerS)
  }

  // MARK: The operator's hands

  /// Turns the handle to a reading of its encoder, not faster than the rig allows.
  public func turnHandle(toDeg target: Double, speedDegPerS: Double) {
    roll.move(to: target, speed: speedDegPerS)
  }
  /// Moves the handle along to a reading of its encoder, not faster than the rig allows.
  public func moveHandle(toMM target: Double, speedMMPerS: Double) {
    level.move(to: target, speed: speedMMPerS)
  }
  /// Lets the handle rest where it is.
  public func stopHandle() {
    roll.stop()
    level.stop()
  }
  public var isHandleMoving: Bool { roll.isMoving || level.isMoving }
  /// Encoder of roll, as the console reports it.
  public var handleRollDeg: Double { roll.encoder }
  /// Encoder of level, as the console reports it.
  public var handleLevelMM: Double { level.encoder }

  // MARK: The drive

  /// The drive's output: out is positive, in is negative, 0 holds. At once; stops hard at 0 and throw.
  public func setNeedleSpeed(mmPerS: Double) { needle.speed = mmPerS }
  public var needleSpeedMMPerS: Double { needle.speed }
  public var needleDepthMM: Double { needle.depth }

  // MARK: Time

  /// Moves on to an instant of simulated time; an earlier one changes nothing.
  public func advance(to seconds: Double) {
    let dt = seconds - now
    guard dt > 0 else { return }
    if !roll.isSettled { roll.advance(dt) }
    if !level.isSettled { level.advance(dt) }
    needle.advance(dt)
    now = seconds
  }

  // MARK: Where things truly are

  /// Level of the tip in mm, tremor included.
  var tipLevelMM: Double {
    let tremor = parameters.tremor.axialMM
    return parameters.start.axialErrorMM + level.tip
      + (tremor == 0 ? 0 : tremor * axialTremor.value(at: now))
  }

  /// Roll of the tip as a bearing, tremor included.
  var tipRollDeg: Double {
    let tremor = parameters.tremor.rollDeg
    return best.rollDeg + parameters.start.rollErrorDeg + roll.tip
      + (tremor == 0 ? 0 : tremor * rollTremor.value(at: now))
  }

  /// How far the vein is pushed from the artery at this moment of the heart's beat.
  var veinShiftMM: Double {
    let amplitude = parameters.anatomy.pulsationMM
    guard amplitude != 0 else { return 0 }
    return amplitude
      * Portable.sin(2 * .pi * parameters.anatomy.pulsationHz * now + heartPhase)
  }

  var pose: SendPose { SendPose(vessels, levelMM: tipLevelMM, rollDeg: tipRollDeg) }
  var receiver: Vector { vessels.receiver(shift: veinShiftMM) }
}
