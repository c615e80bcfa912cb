/// Where the enable switch is: a three-position switch that also opens when squeezed in fright.
public enum EnableSwitchPosition: String, Codable, Sendable {
  case released, held, squeezed
}

/// What a person's hands are doing at the bench. Set out of band, never over the link.
public struct BenchHands: Sendable, Equatable {
  public var enableSwitch = EnableSwitchPosition.released
  public var isEstopPressed = false

  public init() {}

  /// The switch permits a drive only in its middle position.
  public var isEnabling: Bool { enableSwitch == .held }
}
