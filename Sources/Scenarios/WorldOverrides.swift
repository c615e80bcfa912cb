import SpecFiles

/// What a scenario changes of the world; nil keeps the default that `HardwareSpecs` declares.
///
/// Lengths in millimetres, angles in degrees, times in seconds, levels in decibels, as in the file.
public struct WorldOverrides: Equatable, Sendable {
  public struct Anatomy: Equatable, Sendable {
    /// Centre to centre at the crossing level.
    public var separation: Double?
    public var veinRadius: Double?
    public var arteryRadius: Double?
    /// Of the vein as seen from the artery.
    public var bearing: Double?
    /// How fast the bearing turns along the vessels, degrees a centimetre.
    public var twist: Double?
    /// Between the directions of the two vessels.
    public var convergence: Double?
    public var pulsation: Double?
    public var pulsationRate: Double?
  }

  public struct Tremor: Equatable, Sendable {
    public var roll: Double?
    public var axial: Double?
  }

  /// A patch that lies between emitter and receiver.
  public struct Calcium: Equatable, Sendable {
    public var bearing: ClosedRange<Double>
    public var axial: ClosedRange<Double>
    /// On the way through.
    public var loss: Double

    public init(bearing: ClosedRange<Double>, axial: ClosedRange<Double>, loss: Double) {
      self.bearing = bearing
      self.axial = axial
      self.loss = loss
    }
  }

  public struct Handle: Equatable, Sendable {
    public var backlash: Double?
    public var torqueLag: Double?
  }

  public struct Start: Equatable, Sendable {
    public var rollError: Double?
    public var axialError: Double?
  }

  /// What fills the space between the catheters.
  public enum Medium: String, CaseIterable, Sendable {
    case blood, water, agar, muscle
  }

  public var anatomy = Anatomy()
  public var tremor = Tremor()
  /// nil keeps the default; an empty list removes all calcium.
  public var calcium: [Calcium]?
  public var medium: Medium?
  /// Per sample, on axis at 5 mm.
  public var snr: Double?
  public var handle = Handle()
  public var start = Start()

  public init() {}
}

extension WorldOverrides {
  static let keys = ["anatomy", "tremor", "calcium", "medium", "snr_db", "handle", "start"]

  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: Self.keys)
    if let node = map["anatomy"] { anatomy = try Anatomy(node) }
    if let node = map["tremor"] { tremor = try Tremor(node) }
    if let node = map["calcium"] {
      var patches: [Calcium] = []
      for patch in try node.list() { patches.append(try Calcium(patch)) }
      calcium = patches
    }
    medium = try map["medium"]?.oneOf(Medium.self)
    snr = try map["snr_db"]?.double(in: -20...80)
    if let node = map["handle"] { handle = try Handle(node) }
    if let node = map["start"] { start = try Start(node) }
  }
}

extension WorldOverrides.Anatomy {
  static let keys = [
    "separation_mm", "vein_radius_mm", "artery_radius_mm", "bearing_deg", "twist_deg_per_cm",
    "convergence_deg", "pulsation_mm", "pulsation_hz",
  ]

  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: Self.keys)
    separation = try map["separation_mm"]?.double(in: 1...20)
    veinRadius = try map["vein_radius_mm"]?.double(in: 0.3...5)
    arteryRadius = try map["artery_radius_mm"]?.double(in: 0.3...4)
    bearing = try map["bearing_deg"]?.double(in: -360...360)
    twist = try map["twist_deg_per_cm"]?.double(in: -180...180)
    convergence = try map["convergence_deg"]?.double(in: -30...30)
    pulsation = try map["pulsation_mm"]?.double(in: 0...1)
    pulsationRate = try map["pulsation_hz"]?.double(in: 0.2...4)
    if let separation, let veinRadius, let arteryRadius, separation <= veinRadius + arteryRadius {
      throw node.error(
        "the vessels overlap: \(separation) mm from centre to centre, radii \(arteryRadius) and "
          + "\(veinRadius) mm", remedy: "raise separation_mm or make the vessels narrower")
    }
  }
}

extension WorldOverrides.Tremor {
  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: ["roll_deg", "axial_mm"])
    roll = try map["roll_deg"]?.double(in: 0...10)
    axial = try map["axial_mm"]?.double(in: 0...2)
  }
}

extension WorldOverrides.Calcium {
  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: ["bearing_deg", "axial_mm", "loss_db"])
    bearing = try node.required("bearing_deg", in: map, example: "bearing_deg: [20, 35]")
      .interval(in: -360...360)
    axial = try node.required("axial_mm", in: map, example: "axial_mm: [-2, 2]")
      .interval(in: -50...50)
    loss = try node.required("loss_db", in: map, example: "loss_db: 12").double(in: 0...80)
  }
}

extension WorldOverrides.Handle {
  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: ["backlash_deg", "torque_lag_s"])
    backlash = try map["backlash_deg"]?.double(in: 0...45)
    torqueLag = try map["torque_lag_s"]?.double(in: 0...5)
  }
}

extension WorldOverrides.Start {
  init(_ node: SpecNode) throws(SpecFileError) {
    let map = try node.map(allowing: ["roll_error_deg", "axial_error_mm"])
    rollError = try map["roll_error_deg"]?.double(in: -180...180)
    axialError = try map["axial_error_mm"]?.double(in: -30...30)
  }
}
