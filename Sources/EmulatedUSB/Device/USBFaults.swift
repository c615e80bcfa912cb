import Quantities

/// What goes wrong between the console and the bus, ordered out of band; nothing at first.
/// Endpoints are given by their address.
public struct USBFaults: Codable, Equatable, Sendable {
  /// Milliseconds of the console's time from a transfer's submission to its earliest completion.
  public var delayMilliseconds = 0
  /// Packets to the host are cut to so many bytes, so that each one ends its transfer early.
  public var packetLimit: Int?
  /// The next packet on these endpoints is longer than the host's space; each once.
  public var babbling: Set<UInt8> = []
  /// These endpoints halt, and halt again however often the host clears that.
  public var stalling: Set<UInt8> = []
  /// These endpoints neither send nor take anything: every packet is put off (NAK).
  public var silent: Set<UInt8> = []
  /// The stream gives A-lines as fast as the host asks once they are started; to measure throughput.
  public var isFlooding = false

  public init() {}

  var delay: Nanoseconds { .milliseconds(Int64(clamping: delayMilliseconds)) }
}
