import HardwareSpecs
import Quantities

/// What goes wrong between the console and the bus, ordered out of band; none at first.
public struct USBFaults: Equatable, Sendable {
  /// The console's time from the submission of a transfer to its earliest completion.
  public var delay = Nanoseconds.zero
  /// Packets to the host are cut to so many bytes, so that each one ends a transfer early.
  public var packetLimit: Int?
  /// The next packet on these endpoints is longer than the host's space; each once.
  public var babbling: Set<ConsoleProtocol.Endpoint> = []
  /// These endpoints halt, and halt again however often the host clears that.
  public var stalling: Set<ConsoleProtocol.Endpoint> = []
  /// These endpoints neither send nor take anything: every packet is put off (NAK).
  public var silent: Set<ConsoleProtocol.Endpoint> = []

  public init() {}
}
