import HardwareSpecs
import Quantities

/// The console's descriptors (USB 2.0, 9.6), made from what the protocol's spec declares.
public struct Descriptors: Sendable {
  public enum Speed: Sendable { case high, full }

  public static var configurationValue: UInt8 { 1 }
  /// Milliamperes; the console lives on the bus's supply alone (design choice: all that it may have).
  static var maxPower: Int { 500 }

  private enum Kind {
    static let device: UInt8 = 1
    static let configuration: UInt8 = 2
    static let string: UInt8 = 3
    static let interface: UInt8 = 4
    static let endpoint: UInt8 = 5
    static let qualifier: UInt8 = 6
    static let otherSpeed: UInt8 = 7
  }

  private enum Text {
    static let manufacturer: UInt8 = 1
    static let product: UInt8 = 2
    static let serial: UInt8 = 3
    static let englishUS: UInt16 = 0x0409
  }

  private static var controlPacket: UInt8 { 64 }

  /// The device descriptor.
  public static var device: [UInt8] {
    [18, Kind.device] + le(0x0200) + [ConsoleProtocol.deviceClass, 0, 0, controlPacket]
      + le(ConsoleProtocol.vendorID) + le(ConsoleProtocol.productID) + le(release)
      + [Text.manufacturer, Text.product, Text.serial, 1]
  }

  /// `bcdDevice`: the protocol's version as the major number.
  public static var release: UInt16 { ConsoleProtocol.version << 8 }

  /// What the device would be at the other speed.
  static var qualifier: [UInt8] {
    [10, Kind.qualifier] + le(0x0200) + [ConsoleProtocol.deviceClass, 0, 0, controlPacket, 1, 0]
  }

  /// The configuration with its interface and endpoints, as the device works: at high speed.
  public static var configuration: [UInt8] { configuration(Kind.configuration, .high) }

  static func maxPacket(_ endpoint: ConsoleProtocol.Endpoint, _ speed: Speed) -> Int {
    // At full speed no endpoint of these kinds may have larger packets (USB 2.0, 5.7.3 and 5.8.3).
    speed == .high ? endpoint.maxPacket : min(endpoint.maxPacket, 64)
  }

  /// A descriptor by type and index, or nil when there is none.
  static func descriptor(type: UInt8, index: UInt8, serial: SerialNumber) -> [UInt8]? {
    switch (type, index) {
    case (Kind.device, 0): device
    case (Kind.configuration, 0): configuration
    case (Kind.qualifier, 0): qualifier
    case (Kind.otherSpeed, 0): configuration(Kind.otherSpeed, .full)
    case (Kind.string, 0): [4, Kind.string] + le(Text.englishUS)
    case (Kind.string, Text.manufacturer): string(text(ConsoleProtocol.manufacturer))
    case (Kind.string, Text.product): string(text(ConsoleProtocol.product))
    case (Kind.string, Text.serial): string(text(serial))
    default: nil
    }
  }

  /// The characters of a serial number, without its padding.
  public static func text(_ serial: SerialNumber) -> String {
    let bytes = (0..<16).map { serial[$0] }.prefix { $0 != 0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// As the host's sysfs shows it.
  public static func text(_ constant: StaticString) -> String { "\(constant)" }

  private static func configuration(_ kind: UInt8, _ speed: Speed) -> [UInt8] {
    let endpoints = ConsoleProtocol.Endpoint.allCases
    let body =
      interface(endpoints: endpoints.count) + endpoints.flatMap { self.endpoint($0, speed) }
    // Attributes: bus powered, no remote wake-up.
    return [9, kind] + le(UInt16(9 + body.count)) + [1, configurationValue, 0, 0x80]
      + [UInt8(maxPower / 2)] + body
  }

  static func interface(endpoints: Int) -> [UInt8] {
    [9, Kind.interface, 0, 0, UInt8(endpoints), ConsoleProtocol.deviceClass, 0, 0, 0]
  }

  static func endpoint(
    _ endpoint: ConsoleProtocol.Endpoint, _ speed: Speed
  ) -> [UInt8] {
    let isInterrupt = endpoint.interval != nil
    let packet = UInt16(maxPacket(endpoint, speed))
    return [7, Kind.endpoint, endpoint.address, isInterrupt ? 3 : 2] + le(packet)
      + [interval(endpoint, speed)]
  }

  private static func interval(_ endpoint: ConsoleProtocol.Endpoint, _ speed: Speed) -> UInt8 {
    guard let exponent = endpoint.interval else { return 0 }
    // High speed counts 2^(n-1) microframes of 125 us, full speed whole frames of 1 ms.
    return speed == .high ? exponent : UInt8(max(1, (1 << Int(exponent - 1)) / 8))
  }

  private static func string(_ text: String) -> [UInt8] {
    let units = Array(text.utf16)
    return [UInt8(2 + 2 * units.count), Kind.string] + units.flatMap(le)
  }

  private static func le(_ word: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
  }
}
