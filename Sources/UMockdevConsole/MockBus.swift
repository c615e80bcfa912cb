import CUMockdevShim
import Dispatch
import EmulatedUSB
import Foundation
import HardwareSpecs
import Synchronization

/// The mock of /sys and /dev that programs under test are shown, with consoles in the ports 1-1, 1-2 …
/// of bus 1.
final class MockBus: @unchecked Sendable {
  /// What no program under test can be told of.
  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Programs see the bus when this is their UMOCKDEV_DIR.
  let folder: String
  private let testbed: UnsafeMutablePointer<UMockdevTestbed>
  /// Devices come and go here, one after another: never inside the gate, for which requests wait.
  private let changes = DispatchQueue(label: "peakgate.umockdev.devices")
  private let newestNumber = Mutex(1)
  private var ports: [MockPort] = []

  init(_ gates: [DeviceGate]) throws {
    guard let testbed = umockdev_testbed_new(), let root = umockdev_testbed_get_root_dir(testbed)
    else { throw Failure(description: "umockdev makes no test bed") }
    self.testbed = testbed
    folder = String(cString: root)
    g_free(root)
    // Programs of any user hear of devices through sockets that they make here, in place of those
    // that programs before them left.
    chmod(folder, 0o777)
    try FileManager.default.createDirectory(
      atPath: folder + "/dev/bus/usb/001", withIntermediateDirectories: true)
    // umockdev takes the folder of a bus away with its last device; where there is none, libusb
    // believes that there is no sysfs at all.
    try FileManager.default.createDirectory(
      atPath: folder + SysfsEntry.bus, withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: folder + SysfsEntry.bus + "/.keep", contents: nil)
    ports = gates.enumerated().map { MockPort($0.offset + 1, $0.element, self) }
    for port in ports { port.attach() }
    changes.sync {}
  }

  /// Takes everything away, with the folder.
  func remove() {
    changes.sync {
      usbfs_release(testbed)
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  /// The kernel gives every device that it meets the next number that no other device has.
  func nextNumber() -> Int {
    newestNumber.withLock { number in
      repeat {
        number = number == 127 ? 2 : number + 1
      } while access(path(ofDevice: number), F_OK) == 0
      return number
    }
  }

  func path(ofDevice number: Int) -> String { folder + Self.node(number) }

  /// Shows a device that was plugged in; programs hear of it.
  func add(_ node: UsbfsNode, at port: Int, serial: String) {
    changes.async { [self] in
      // Its files may stay open for as long as programs live, so that nobody ever lets go of it.
      let context = Unmanaged.passRetained(node).toOpaque()
      let handler = usbfs_handler(
        { Unmanaged<UsbfsNode>.fromOpaque($0!).takeUnretainedValue().handle($1!) },
        { Unmanaged<UsbfsNode>.fromOpaque($0!).takeUnretainedValue().closed($1!) }, context)
      // Before anybody can know of the device: what opens it without a handler stays without.
      let file = Self.node(node.deviceNumber)
      umockdev_testbed_attach_ioctl(testbed, file, handler, nil)
      // The file decides who may, as on any machine; a program that cannot reach this socket dies.
      chmod(folder + "/ioctl" + file, 0o666)
      let text = SysfsEntry(port: port, deviceNumber: node.deviceNumber, serial: serial).text
      var error: UnsafeMutablePointer<GError>?
      if umockdev_testbed_add_from_string(testbed, text, &error) == 0 {
        complain(
          "1-\(port) cannot be shown: \(error.map { String(cString: $0.pointee.message) } ?? "")")
      }
    }
  }

  /// Takes a device away that was pulled; programs hear of it.
  func take(_ node: UsbfsNode, from port: Int) {
    changes.async { [self] in
      // The interface goes first, as in the kernel; umockdev forgets no child by itself.
      for path in [SysfsEntry.interfacePath(port), SysfsEntry.path(port)] {
        // Whoever looks from now on must not find what is about to go: nobody would tell it of that.
        unlink(folder + SysfsEntry.bus + "/" + path.split(separator: "/").last!)
        umockdev_testbed_uevent(testbed, path, "remove")
        umockdev_testbed_remove_device(testbed, path)
      }
      umockdev_testbed_detach_ioctl(testbed, Self.node(node.deviceNumber), nil)
      unlink(self.path(ofDevice: node.deviceNumber))
    }
  }

  func complain(_ text: String) {
    FileHandle.standardError.write(Data("UMockdevConsole: \(text)\n".utf8))
  }

  private static func node(_ number: Int) -> String {
    "/dev/bus/usb/001/" + SysfsEntry.threeDigits(number)
  }
}

/// A port of the bus, with or without its console. Touched inside the console's gate only.
private final class MockPort: USBPort {
  private let number: Int
  private let gate: DeviceGate
  private unowned let bus: MockBus
  private var node: UsbfsNode?

  init(_ number: Int, _ gate: DeviceGate, _ bus: MockBus) {
    self.number = number
    self.gate = gate
    self.bus = bus
  }

  func attach() {
    gate.run { device in
      device.refresh()
      device.port = self
      if device.isPlugged { plugged(device) }
    }
  }

  func plugged(_ device: EmulatedUSBDevice) {
    let deviceNumber = bus.nextNumber()
    guard let readiness = UsbfsReadiness(path: bus.path(ofDevice: deviceNumber)) else {
      return bus.complain("no node for 1-\(number): \(String(cString: strerror(errno)))")
    }
    // The kernel chooses the first configuration of what it meets.
    device.setConfiguration(Descriptors.configurationValue)
    let node = UsbfsNode(gate, deviceNumber: deviceNumber, readiness: readiness)
    self.node = node
    bus.add(node, at: number, serial: Descriptors.text(device.serial))
  }

  func unplugged(_ device: EmulatedUSBDevice) {
    guard let node else { return }
    node.leave()
    bus.take(node, from: number)
    self.node = nil
  }
}
