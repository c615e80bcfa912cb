/// Everything about a simulated bench that a scenario may set; defaults are those of HardwareSpecs.
///
/// Conventions: levels in mm along the artery, 0 at the crossing level (where the receive catheter's
/// tip lies), **positive distal**. Angles in degrees, **positive counter-clockwise looking
/// distally**; bearings are seen from the artery's centreline.
public struct WorldParameters: Codable, Sendable, Equatable {
  public var anatomy = Anatomy()
  public var tremor = Tremor()
  public var calcium: [Calcium] = []
  public var medium = Medium.blood
  /// On-axis envelope peak over the noise's standard deviation per sample, at 5 mm in this medium.
  public var snrDB = Reference.snrDB
  public var handle = Handle()
  public var start = Start()

  public init() {}

  /// The vessels: a gently bent artery and a vein that spirals round it and need not be parallel.
  public struct Anatomy: Codable, Sendable, Equatable {
    /// Centre to centre at the crossing level.
    public var separationMM = Reference.separationMM
    public var veinRadiusMM = Reference.veinRadiusMM
    public var arteryRadiusMM = Reference.arteryRadiusMM
    /// Direction from artery to vein at the crossing level.
    public var bearingDeg = Reference.bearingDeg
    /// Turn of the vein round the artery for each cm distally.
    public var twistDegPerCM = Reference.twistDegPerCM
    /// Angle by which the vein leaves the artery distally (not parallel).
    public var convergenceDeg = Reference.convergenceDeg
    /// Bend of the artery, towards bearing 0.
    public var curvatureDegPerCM = Reference.curvatureDegPerCM
    /// Amplitude of the vein's motion to and from the artery, at the heart rate.
    public var pulsationMM = Reference.pulsationMM
    public var pulsationHz = Reference.pulsationHz
    public init() {}

    /// The artery's radius with the send catheter in it: one thicker than a diseased artery
    /// stretches it.
    public var stretchedArteryRadiusMM: Double {
      max(arteryRadiusMM, Reference.sendShaftRadiusMM + Reference.arteryStretchMM)
    }
    /// Both lumens would share space at the crossing level: no such anatomy exists.
    public var lumensOverlap: Bool { separationMM < stretchedArteryRadiusMM + veinRadiusMM }
  }

  /// Unsteadiness at the send catheter's tip, band-limited about 8 Hz; standard deviations.
  public struct Tremor: Codable, Sendable, Equatable {
    public var rollDeg = Reference.tremorRollDeg
    public var axialMM = Reference.tremorAxialMM
    public init() {}
  }

  /// A calcified patch of the artery's wall: what passes through it loses `lossDB`.
  public struct Calcium: Codable, Sendable, Equatable {
    /// From the first bearing counter-clockwise to the second.
    public var bearingFromDeg: Double
    public var bearingToDeg: Double
    public var axialFromMM: Double
    public var axialToMM: Double
    public var lossDB: Double

    public init(
      bearingDeg: (from: Double, to: Double), axialMM: (from: Double, to: Double), lossDB: Double
    ) {
      bearingFromDeg = bearingDeg.from
      bearingToDeg = bearingDeg.to
      axialFromMM = axialMM.from
      axialToMM = axialMM.to
      self.lossDB = lossDB
    }
  }

  /// How the send catheter's handle drives its tip.
  public struct Handle: Codable, Sendable, Equatable {
    /// Full width of the dead band of roll.
    public var backlashDeg = Reference.backlashDeg
    /// Time constant with which the tip's roll follows.
    public var torqueLagS = Reference.torqueLagS
    /// Full width of the dead band along the vessel.
    public var axialBacklashMM = Reference.axialBacklashMM
    /// Time constant along the vessel.
    public var axialLagS = Reference.axialLagS
    public init() {}
  }

  /// Where the send catheter's tip is at time 0, relative to the best alignment.
  public struct Start: Codable, Sendable, Equatable {
    /// Past the best roll by so much, counter-clockwise.
    public var rollErrorDeg = Reference.startRollErrorDeg
    /// Distal of the best level by so much.
    public var axialErrorMM = Reference.startAxialErrorMM
    public init() {}
  }
}
