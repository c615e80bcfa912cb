import HardwareSpecs
import ProbeHAL

/// What can be said of a console on USB by opening it, asking who it is, and letting go.
public struct ConsoleSurvey: Equatable, Sendable {
  public enum Access: Equatable, Sendable {
    case ready
    /// It runs another version of the specs: it can be looked at, and never armed.
    case wrongSpec
    /// It does not say who it is.
    case silent
    case refused(TransportError)
  }

  public var serial: String?
  public var portPath: String
  public var node: String
  /// nil unless the console said so.
  public var firmwareHash: UInt64?
  public var specHash: UInt64?
  public var access: Access

  /// Looks at each console that is plugged in. Takes up to half a second for one that is silent.
  public static func all(_ library: USBLibrary) -> [ConsoleSurvey] {
    library.consoles().map { ConsoleSurvey($0, library) }
  }

  init(_ device: USBDevice, _ library: USBLibrary) {
    serial = device.serial
    portPath = device.portPath
    node = device.node
    access = .silent
    let transport = LibUSBTransport(library, address: .port(device.portPath))
    let client = ConsoleClient(transport)
    defer { client.disconnect() }
    do throws(TransportError) {
      try client.connect(hostNonce: 1)
    } catch {
      access = .refused(error)
      return
    }
    for _ in 0..<50 where access == .silent {
      transport.waitForArrival(milliseconds: 10)
      client.poll { note($0) }
    }
  }

  private mutating func note(_ event: ConsoleClient.Event) {
    switch event {
    case .identified(let reply, _):
      firmwareHash = reply.firmwareHash
      specHash = reply.specHash
      access = reply.specHash == SpecHash.value ? .ready : .wrongSpec
    case .lost(let error): access = .refused(error)
    default: break
    }
  }
}

extension ConsoleSurvey.Access {
  /// One word, as lists show it.
  public var name: String {
    switch self {
    case .ready: "ready"
    case .wrongSpec: "wrong spec"
    case .silent: "silent"
    case .refused(.accessDenied): "blocked"
    case .refused(.busy): "busy"
    case .refused: "failed"
    }
  }

  /// Cause and what to do about it; nil when all is well.
  public var remedy: String? {
    switch self {
    case .ready: nil
    case .wrongSpec:
      "the console was built from other specs than this program, and cannot be armed: install the "
        + "firmware and the program of one version"
    case .silent: "the console does not say who it is: power-cycle it, then look again"
    case .refused(let error): "\(error.message): \(error.remedy)"
    }
  }
}
