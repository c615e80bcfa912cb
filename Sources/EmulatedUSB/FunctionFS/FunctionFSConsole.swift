import Foundation
import HardwareSpecs
import Synchronization

/// The emulated console as a gadget of this machine's own USB controller, through FunctionFS: for
/// controllers that are really there, and for the kernel's `dummy_hcd`, which joins one to a host.
///
/// The kernel carries packets and answers the standard requests; what it does not pass on, this cannot
/// do: a host's CLEAR_FEATURE is not heard of, so that a halt lasts until the next session, and
/// nothing longer than asked for can be sent.
///
/// Threads: one for events, one for each endpoint; all meet in the gate.
public final class FunctionFSConsole: Sendable {
  /// What the kernel refused, with its reason.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String

    init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
  }

  private let gate: DeviceGate
  private let events: FunctionFSEvents
  private let cable: FunctionFSCable

  /// Writes descriptors and strings into the mounted folder, and serves from then on. Whoever set the
  /// gadget up binds it afterwards.
  public init(
    _ gate: DeviceGate, folder: String, report: @escaping ConnectionReport = { _ in }
  ) throws(Failure) {
    self.gate = gate
    let descriptors = FunctionFSDescriptors(isDummy: FunctionFSCable.isDummy)
    let control = try Self.open(folder + "/ep0")
    for bytes in [descriptors.descriptors, descriptors.strings] {
      guard write(control, bytes, bytes.count) == bytes.count else {
        throw Failure("\(folder)/ep0 takes no descriptors")
      }
    }
    events = FunctionFSEvents(control, gate, report: report)
    cable = FunctionFSCable(report: report)
    gate.run { $0.port = cable }
    for endpoint in ConsoleProtocol.Endpoint.allCases {
      guard let number = descriptors.file(of: endpoint) else { continue }
      let pipe = FunctionFSPipe(
        endpoint, file: try Self.open("\(folder)/ep\(number)"), gate, events)
      Self.run("peakgate.functionfs.\(endpoint)") { pipe.serve() }
    }
    Self.run("peakgate.functionfs.events") { [events, cable] in
      // The device does not keep its port.
      withExtendedLifetime(cable) { events.serve() }
    }
  }

  private static func open(_ path: String) throws(Failure) -> Int32 {
    let file = Glibc.open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw Failure(path) }
    return file
  }

  private static func run(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    thread.start()
  }
}
