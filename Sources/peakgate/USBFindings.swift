import Foundation
import Glibc
import HardwareSpecs

extension MachineFindings {
  static var usb: [Finding] { [bus, console, rules, memory, library] }

  private static let devices = "/dev/bus/usb"

  private static var bus: Finding {
    FileManager.default.fileExists(atPath: devices)
      ? Finding("USB bus", devices)
      : Finding(
        "USB bus", .lack, "no \(devices)",
        remedy: "use a machine with USB, or pass \(devices) into the container")
  }

  /// A console that is plugged in must be writable by this user.
  private static var console: Finding {
    let root = "/sys/bus/usb/devices"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let vendor = String(format: "%04x", Int(ConsoleProtocol.vendorID))
    let product = String(format: "%04x", Int(ConsoleProtocol.productID))
    // The id is a shared test id: the name must match too.
    let found = names.first {
      text("\(root)/\($0)/idVendor") == vendor && text("\(root)/\($0)/idProduct") == product
        && text("\(root)/\($0)/product") == "\(ConsoleProtocol.product)"
    }
    guard let found, let bus = text("\(root)/\(found)/busnum").flatMap(Int.init),
      let number = text("\(root)/\(found)/devnum").flatMap(Int.init)
    else { return Finding("USB console", "none plugged in (\(vendor):\(product))") }
    let node = "\(devices)/" + String(format: "%03d/%03d", bus, number)
    return access(node, W_OK) == 0
      ? Finding("USB console", "\(node), writable")
      : Finding(
        "USB console", .lack, "\(node) is not writable by this user",
        remedy: missingRules.isEmpty
          ? "join the group plugdev (sudo adduser NAME plugdev), then log in again"
          : "Tools/setup --udev, then plug the console in again")
  }

  private static var missingRules: [String] {
    let folders = ["/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"]
    let files = ["60-peakgate.rules", "61-peakgate-access.rules"]
    return files.filter { file in
      !folders.contains { FileManager.default.fileExists(atPath: "\($0)/\(file)") }
    }
  }

  private static var rules: Finding {
    let missing = missingRules
    return missing.isEmpty
      ? Finding("udev rules", "installed")
      : Finding(
        "udev rules", .lack, "missing: \(missing.joined(separator: ", "))",
        remedy: "Tools/setup --udev")
  }

  /// 5,000 A-lines a second of 2,112 bytes make 10.6 MB/s: 16 MB hold more than a second.
  private static var memory: Finding {
    let path = "/sys/module/usbcore/parameters/usbfs_memory_mb"
    guard let size = text(path).flatMap(Int.init) else {
      return Finding(
        "USB buffers", .warn, "unknown: no \(path)", remedy: "load the kernel module usbcore")
    }
    return size == 0 || size >= 16
      ? Finding("USB buffers", size == 0 ? "unlimited" : "\(size) MB")
      : Finding("USB buffers", .warn, "\(size) MB", remedy: "echo 16 | sudo tee \(path)")
  }

  private static var library: Finding {
    guard let handle = dlopen("libusb-1.0.so.0", RTLD_LAZY) else {
      return Finding(
        "libusb", .lack, "libusb-1.0 is not installed", remedy: "apt-get install libusb-1.0-0")
    }
    dlclose(handle)
    return Finding("libusb", "libusb-1.0 is installed")
  }
}
