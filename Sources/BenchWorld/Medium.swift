/// What fills the space between the two catheters. The world takes it as homogeneous.
public enum Medium: String, CaseIterable, Codable, Sendable {
  case blood, water, agar, muscle
  /// Water at body temperature.
  case warmWater = "water_37"

  /// Speed of sound in mm/s.
  public var soundSpeedMMPerS: Double { 1000 * acoustics.soundSpeedMPerS }

  /// One-way attenuation in dB/cm at a frequency: `linear · f^exponent + quadratic · f²`, f in MHz.
  public func attenuationDBPerCM(atMHz f: Double) -> Double {
    let a = acoustics
    return a.linear * Portable.pow(f, a.exponent) + a.quadratic * f * f
  }
}
