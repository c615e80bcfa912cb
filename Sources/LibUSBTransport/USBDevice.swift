import CLibUSB
import HardwareSpecs
import ProbeHAL

/// A console that the kernel shows, opened or not.
public final class USBDevice: @unchecked Sendable {
  /// As the kernel names ports, such as `1-4.2`.
  public let portPath: String
  /// The device file.
  public let node: String
  /// nil when neither sysfs nor the console itself would say.
  public let serial: String?

  let raw: OpaquePointer
  /// Kept open for as long as `raw` is.
  private let library: USBLibrary

  /// nil when the device is no console: the id is a shared test id, so the product's name must match too.
  init?(_ device: OpaquePointer, of library: USBLibrary) {
    var descriptor = libusb_device_descriptor()
    guard libusb_get_device_descriptor(device, &descriptor) == 0,
      descriptor.idVendor == ConsoleProtocol.vendorID,
      descriptor.idProduct == ConsoleProtocol.productID
    else { return nil }
    let bus = libusb_get_bus_number(device)
    var ports = [UInt8](repeating: 0, count: 7)
    let depth = Int(libusb_get_port_numbers(device, &ports, Int32(ports.count)))
    guard depth > 0 else { return nil }
    portPath = "\(bus)-" + ports[..<depth].map(String.init).joined(separator: ".")
    node = Self.node(bus: bus, address: libusb_get_device_address(device))
    let folder = "/sys/bus/usb/devices/\(portPath)"
    let product =
      SysfsText.read("\(folder)/product") ?? Self.text(descriptor.iProduct, of: device)
    if let product, product != "\(ConsoleProtocol.product)" { return nil }
    serial = SysfsText.read("\(folder)/serial") ?? Self.text(descriptor.iSerialNumber, of: device)
    raw = libusb_ref_device(device)
    self.library = library
  }

  deinit { libusb_unref_device(raw) }

  func matches(_ address: ConsoleAddress) -> Bool {
    switch address {
    case .any: true
    case .serial(let serial): self.serial == serial
    case .port(let path): portPath == path
    }
  }

  /// Opens the console and claims all of its interfaces; lets go of everything if one is refused.
  func claim() throws(TransportError) -> (handle: OpaquePointer, interfaces: [Int32]) {
    let handle = try open()
    var claimed: [Int32] = []
    do throws(TransportError) {
      // Where another driver sits on the console, it is moved aside while we hold it.
      libusb_set_auto_detach_kernel_driver(handle, 1)
      for interface in try interfaces() {
        try LibUSBStatus.check(libusb_claim_interface(handle, interface))
        claimed.append(interface)
      }
      return (handle, claimed)
    } catch {
      for interface in claimed { libusb_release_interface(handle, interface) }
      libusb_close(handle)
      throw error == .busy() ? .busy(holder: DeviceHolder.processes(holding: node)) : error
    }
  }

  private func open() throws(TransportError) -> OpaquePointer {
    var handle: OpaquePointer?
    do throws(TransportError) {
      try LibUSBStatus.check(libusb_open(raw, &handle))
    } catch {
      switch error {
      case .accessDenied: throw .accessDenied(node: node)
      case .disconnected: throw .noDevice
      default: throw error
      }
    }
    guard let handle else { throw .noDevice }
    return handle
  }

  /// The numbers of all interfaces, which must hold the endpoints of the specs.
  private func interfaces() throws(TransportError) -> [Int32] {
    var configuration: UnsafeMutablePointer<libusb_config_descriptor>?
    let code = libusb_get_active_config_descriptor(raw, &configuration)
    if libusb_error(code) == LIBUSB_ERROR_NOT_FOUND { throw .unconfigured }
    try LibUSBStatus.check(code)
    guard let configuration else { throw .noDevice }
    defer { libusb_free_config_descriptor(configuration) }
    var numbers: [Int32] = []
    var addresses: Set<UInt8> = []
    for interface in UnsafeBufferPointer(
      start: configuration.pointee.interface, count: Int(configuration.pointee.bNumInterfaces))
    {
      guard let setting = interface.altsetting?.pointee else { continue }
      numbers.append(Int32(setting.bInterfaceNumber))
      for endpoint in UnsafeBufferPointer(
        start: setting.endpoint, count: Int(setting.bNumEndpoints))
      {
        addresses.insert(endpoint.bEndpointAddress)
      }
    }
    for endpoint in ConsoleProtocol.Endpoint.allCases
    where !addresses.contains(endpoint.address) {
      throw .failed("the console has no \(endpoint) endpoint: it is built from other specs")
    }
    return numbers
  }

  private static func node(bus: UInt8, address: UInt8) -> String {
    func digits(_ number: UInt8) -> String {
      let text = String(number)
      return String(repeating: "0", count: 3 - text.count) + text
    }
    return "/dev/bus/usb/\(digits(bus))/\(digits(address))"
  }

  /// A string of the device, for systems without sysfs; nil unless this user may open it.
  private static func text(_ index: UInt8, of device: OpaquePointer) -> String? {
    var handle: OpaquePointer?
    guard index != 0, libusb_open(device, &handle) == 0, let handle else { return nil }
    defer { libusb_close(handle) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = libusb_get_string_descriptor_ascii(handle, index, &bytes, Int32(bytes.count))
    return count > 0 ? String(decoding: bytes[..<Int(count)], as: UTF8.self) : nil
  }
}
