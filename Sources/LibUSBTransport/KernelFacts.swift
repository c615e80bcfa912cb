import Foundation

/// The kernel's memory for transfers of all programs together.
enum KernelBuffers {
  static let path = "/sys/module/usbcore/parameters/usbfs_memory_mb"

  /// nil when the kernel sets none, or does not say.
  static var limitMegabytes: Int? {
    guard let limit = SysfsText.read(path).flatMap(Int.init), limit > 0 else { return nil }
    return limit
  }
}

enum SysfsText {
  /// A file's text without the white space around it; nil when it cannot be read.
  static func read(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

enum DeviceHolder {
  /// The other processes of this machine that have a device file open, as far as this user may see them;
  /// if there is none, this one may have it open itself.
  static func processes(holding node: String) -> String? {
    let own = String(ProcessInfo.processInfo.processIdentifier)
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
    func count(_ process: String) -> Int {
      let folder = "/proc/\(process)/fd"
      return ((try? files.contentsOfDirectory(atPath: folder)) ?? []).count {
        (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == node
      }
    }
    let holders = names.filter { Int($0) != nil && $0 != own && count($0) > 0 }
    guard !holders.isEmpty else {
      // Once for the handle that was refused.
      return count(own) > 1 ? "this program itself (process \(own)), in another connection" : nil
    }
    return holders.map { process in
      "\(SysfsText.read("/proc/\(process)/comm") ?? "a program") (process \(process))"
    }.joined(separator: ", ")
  }
}
