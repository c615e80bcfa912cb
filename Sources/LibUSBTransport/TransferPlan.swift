import HardwareSpecs
import ProbeWire

/// How many transfers of which size are kept in flight.
///
/// Sized from the stream's rate: the kernel must be able to go on for `latency` without this process.
public struct TransferPlan: Equatable, Sendable {
  /// Half of them may wait in this process with their data.
  public var streamTransfers: Int
  public var streamBytes: Int
  public var safetyTransfers: Int
  public var commandTransfers: Int
  /// Bytes that wait in this process for the control loop; a power of two.
  public var ringBytes: Int

  /// - Parameters:
  ///   - bytesPerSecond: what the stream carries at most.
  ///   - latency: seconds for which the event thread may be kept from running.
  public init(bytesPerSecond: Int = Self.fastestStream, latency: Double = 0.05) {
    streamBytes = 1 << 16
    let inFlight = Int((Double(bytesPerSecond) * latency).rounded(.up))
    streamTransfers = 2 * max(4, (inFlight + streamBytes - 1) / streamBytes)
    safetyTransfers = 8
    commandTransfers = 32
    ringBytes = 4 << 20
  }

  /// A-lines at the fastest pulse rate that the specs allow, as long as they are by default.
  public static let fastestStream =
    Int(Limits.pulseRateMax) * LineCodec.byteCount(samples: Int(ReferenceRig.Acquisition.samples))

  /// What the kernel has to hold for all of it.
  public var kernelBytes: Int {
    streamTransfers * streamBytes + safetyTransfers * ConsoleProtocol.Endpoint.safety.maxPacket
      + commandTransfers * PDU.capacity
  }
}
