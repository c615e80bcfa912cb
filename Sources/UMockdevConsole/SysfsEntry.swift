import EmulatedUSB
import HardwareSpecs

/// What /sys and udev say of a console, in umockdev's own words: P the path, E what udev knows,
/// A attributes, H those in hexadecimal.
struct SysfsEntry {
  var port: Int
  var deviceNumber: Int
  var serial: String

  /// Where everything on the bus is linked to.
  static let bus = "/sys/bus/usb/devices"

  static func path(_ port: Int) -> String { "/sys" + devicePath(port) }
  static func interfacePath(_ port: Int) -> String { path(port) + "/1-\(port):1.0" }

  static func threeDigits(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
  }

  var text: String { (device + [""] + interface).joined(separator: "\n") + "\n" }

  private static func devicePath(_ port: Int) -> String {
    "/devices/pci0000:00/0000:00:01.0/usb1/1-\(port)"
  }

  private var vendor: String { hex(ConsoleProtocol.vendorID, 4) }
  private var product: String { hex(ConsoleProtocol.productID, 4) }
  private var deviceClass: String { hex(ConsoleProtocol.deviceClass, 2) }

  private var device: [String] {
    let number = Self.threeDigits(deviceNumber)
    let kind =
      "\(String(ConsoleProtocol.vendorID, radix: 16))/\(String(ConsoleProtocol.productID, radix: 16))"
      + "/\(String(Descriptors.release, radix: 16))"
    let properties = [
      "SUBSYSTEM=usb", "DEVTYPE=usb_device", "DRIVER=usb", "BUSNUM=001", "DEVNUM=\(number)",
      "DEVNAME=/dev/bus/usb/001/\(number)", "MAJOR=189", "MINOR=\(deviceNumber - 1)",
      "PRODUCT=\(kind)", "TYPE=\(ConsoleProtocol.deviceClass)/0/0", "ID_VENDOR_ID=\(vendor)",
      "ID_MODEL_ID=\(product)", "ID_SERIAL_SHORT=\(escaped(serial))",
    ]
    let attributes: [(String, String)] = [
      ("idVendor", vendor), ("idProduct", product), ("bcdDevice", hex(Descriptors.release, 4)),
      ("manufacturer", Descriptors.text(ConsoleProtocol.manufacturer)),
      ("product", Descriptors.text(ConsoleProtocol.product)), ("serial", escaped(serial)),
      ("busnum", "1"), ("devnum", "\(deviceNumber)"), ("devpath", "\(port)"), ("speed", "480"),
      ("version", " 2.00"), ("maxchild", "0"), ("bDeviceClass", deviceClass),
      ("bDeviceSubClass", "00"), ("bDeviceProtocol", "00"), ("bMaxPacketSize0", "64"),
      ("bNumConfigurations", "1"), ("bConfigurationValue", "1"), ("bNumInterfaces", " 1"),
      ("bmAttributes", "80"), ("bMaxPower", "500mA"), ("authorized", "1"),
      ("removable", "removable"),
    ]
    let descriptors = (Descriptors.device + Descriptors.configuration).map { hex($0, 2) }
    return ["P: " + Self.devicePath(port)] + properties.map { "E: " + $0 }
      + attributes.map { "A: \($0.0)=\($0.1)\\n" } + ["H: descriptors=" + descriptors.joined()]
  }

  private var interface: [String] {
    let endpoints = ConsoleProtocol.Endpoint.allCases.count
    let attributes = [
      ("bInterfaceNumber", "00"), ("bAlternateSetting", " 0"),
      ("bNumEndpoints", hex(UInt8(endpoints), 2)), ("bInterfaceClass", deviceClass),
      ("bInterfaceSubClass", "00"), ("bInterfaceProtocol", "00"),
    ]
    return [
      "P: " + Self.devicePath(port) + "/1-\(port):1.0", "E: SUBSYSTEM=usb",
      "E: DEVTYPE=usb_interface", "E: INTERFACE=\(ConsoleProtocol.deviceClass)/0/0",
    ] + attributes.map { "A: \($0.0)=\($0.1)\\n" }
  }

  private func hex<T: FixedWidthInteger>(_ value: T, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// umockdev reads backslashes as C does.
  private func escaped(_ text: String) -> String {
    text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
  }
}
