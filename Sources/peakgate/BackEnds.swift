import LibUSBTransport
import Scenarios

/// Every way to a console that this program knows: the only place where one is chosen.
enum BackEnds {
  static let names = "simulated, usb, usb:SERIAL, usb:PORT"
  static let simulatedSummary = "simulated console with firmware model and full acoustics"
  static let usbSummary = "console on USB"

  enum Choice {
    case simulated
    case usb(ConsoleAddress)
  }

  static func choice(_ text: String) throws -> Choice {
    if text == "simulated" { return .simulated }
    if text == "usb" { return .usb(.any) }
    if text.hasPrefix("usb:"), text.count > 4 { return .usb(ConsoleAddress(text.dropFirst(4))) }
    throw CommandEnd(.usage, "no back end '\(text)'; there are: \(names)")
  }
}
