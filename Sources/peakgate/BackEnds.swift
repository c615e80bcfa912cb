import ProbeHAL
import Scenarios

/// Every way to a console that this program knows.
enum BackEnds {
  static let all = [
    BackEnd(
      name: "simulated", summary: "simulated console with firmware model and full acoustics",
      availability: .present),
    BackEnd(
      name: "usb", summary: "console on USB",
      availability: .absent(remedy: "not built into this version; use --backend simulated")),
  ]

  /// The back end of that name, if it can be used.
  static func usable(_ name: String) throws -> BackEnd {
    let list = all.map { "\($0.name) (\($0.availability.name))" }.joined(separator: ", ")
    guard let found = all.first(where: { $0.name == name }) else {
      throw CommandEnd(.usage, "no back end '\(name)'; there are: \(list)")
    }
    if let remedy = found.availability.remedy {
      throw CommandEnd(
        .usage, "back end '\(name)' is \(found.availability.name): \(remedy); there are: \(list)")
    }
    return found
  }
}
