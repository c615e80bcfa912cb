/// One axis of the send catheter: the handle moves at a bounded speed, the tip follows through a dead
/// band (the play operator: the tip moves only while it is pushed) and a first-order lag.
struct HandleAxis: Sendable {
  let backlash, lag, speedMax: Double
  /// What the encoder on the handle reads.
  private(set) var encoder = 0.0
  private var target = 0.0
  private var speed = 0.0
  /// The shaft behind the dead band.
  private var driven = 0.0
  /// How far the tip has come since the start, without tremor.
  private(set) var tip = 0.0

  init(backlash: Double, lag: Double, speedMax: Double) {
    self.backlash = max(0, backlash)
    self.lag = max(0, lag)
    self.speedMax = speedMax
  }

  var isMoving: Bool { encoder != target }
  var isSettled: Bool { !isMoving && tip == driven }

  mutating func move(to target: Double, speed: Double) {
    self.target = target
    self.speed = min(speed.magnitude, speedMax)
    if self.speed == 0 { stop() }
  }
  mutating func stop() { target = encoder }

  mutating func advance(_ seconds: Double) {
    var left = seconds
    while left > 0 && isMoving {
      let dt = min(left, 0.0005)
      let gap = target - encoder
      let way = speed * dt
      encoder = gap.magnitude <= way ? target : encoder + (gap < 0 ? -way : way)
      let before = driven
      driven = min(max(driven, encoder - backlash / 2), encoder + backlash / 2)
      follow((before + driven) / 2, dt)
      left -= dt
    }
    if left > 0 && tip != driven { follow(driven, left) }
  }

  private mutating func follow(_ goal: Double, _ dt: Double) {
    if lag == 0 || (goal - tip).magnitude < 1e-9 {
      tip = goal
    } else {
      tip = goal + (tip - goal) * Portable.exp(-dt / lag)
    }
  }
}

/// Unsteadiness of unit standard deviation as a function of time: a sum of five tones about 8 Hz with
/// seeded frequencies and phases, so that it needs no state.
struct TremorTones: Sendable {
  private let omega: SIMD8<Double>
  private let phase: SIMD8<Double>

  init(random: inout WorldRandom) {
    var omega = SIMD8<Double>()
    var phase = SIMD8<Double>()
    let centre = Reference.tremorCentreHz
    for k in 0..<5 {
      let hz = random.uniform(
        (centre - Reference.tremorSpreadHz)...(centre + Reference.tremorSpreadHz))
      omega[k] = 2 * .pi * hz
      phase[k] = random.uniform(0...(2 * .pi))
    }
    self.omega = omega
    self.phase = phase
  }

  func value(at seconds: Double) -> Double {
    var sum = 0.0
    for k in 0..<5 { sum += Portable.sin(omega[k] * seconds + phase[k]) }
    return sum * 0.6324555320336759  // √(2/5)
  }
}

/// The crossing needle: it moves at the speed that the drive gives it, between two hard stops.
struct Needle: Sendable {
  private(set) var depth = 0.0
  /// The deepest that it has been.
  private(set) var deepest = 0.0
  /// The way that it has gone, out and in.
  private(set) var travelled = 0.0
  var speed = 0.0

  mutating func advance(_ seconds: Double) {
    guard speed != 0 else { return }
    let goal = min(max(depth + speed * seconds, 0), Reference.needleThrowMM)
    travelled += (goal - depth).magnitude
    depth = goal
    deepest = max(deepest, depth)
  }
}
