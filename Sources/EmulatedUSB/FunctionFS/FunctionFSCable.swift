import Dispatch
import Foundation
import HardwareSpecs

/// Pulls the cable of a gadget, and plugs it in: the gadget is unbound from its controller, and bound
/// again, with the serial number of the console that is there now.
///
/// Whoever set the gadget up in configfs binds it first.
final class FunctionFSCable: USBPort, @unchecked Sendable {
  private static let controllers = "/sys/class/udc"
  private static let gadgets = "/sys/kernel/config/usb_gadget"

  /// The controller is the kernel's own, and no hardware.
  static var isDummy: Bool {
    files(controllers).first?.hasPrefix("dummy_udc") ?? false
  }

  private let report: ConnectionReport
  private let changes = DispatchQueue(label: "peakgate.functionfs.cable")
  /// The gadget that was unbound, and its controller. On `changes`.
  private var unbound: (gadget: String, controller: String)?

  init(report: @escaping ConnectionReport) { self.report = report }

  func unplugged(_ device: EmulatedUSBDevice) {
    changes.async { [self] in
      for gadget in Self.files(Self.gadgets).map({ "\(Self.gadgets)/\($0)" }) {
        guard let controller = Self.read("\(gadget)/UDC"), !controller.isEmpty else { continue }
        unbound = (gadget, controller)
        return write("\n", to: "\(gadget)/UDC")
      }
      report("FunctionFS: no gadget is bound, so that none can be unplugged")
    }
  }

  func plugged(_ device: EmulatedUSBDevice) {
    let serial = Descriptors.text(device.serial)
    changes.async { [self] in
      guard let (gadget, controller) = unbound else { return }
      unbound = nil
      write(serial, to: "\(gadget)/strings/0x409/serialnumber")
      write(controller, to: "\(gadget)/UDC")
    }
  }

  private func write(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    guard file >= 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
      return report("FunctionFS: \(path): \(String(cString: strerror(errno)))")
    }
  }

  private static func files(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []
  }

  private static func read(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
