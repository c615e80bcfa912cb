import CPeers
import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities

/// The tracker's queue, fed as the control loop feeds it.
final class QueueUnderTest {
  let queue: TrackerQueue
  private var header: LineHeader
  private(set) var collected = 0

  init(samples: Int, asksPriority: Bool) throws {
    queue = try TrackerQueue(
      BenchFrames.configuration(samples: samples), mode: .live, asksPriority: asksPriority)
    header = LineHeader(
      magic: 0, message: 0, headerLength: 64, sequence: 0, nonce: 0,
      deviceTime: DeviceInstant(nanoseconds: 0), sampleRateHz: 64_000_000,
      sampleCount: UInt16(samples), gain: .zero, delay: .zero, flags: [], status: 0,
      handleRoll: .zero, handleLevel: .zero, needleDepth: .zero, pulseRateHz: 1_000,
      payloadCRC: 0, reserved: 0, headerCRC: 0)
  }

  func push(_ frame: [Int16]) {
    header.sequence &+= 1
    header.deviceTime = DeviceInstant(nanoseconds: UInt64(header.sequence) * 200_000)
    frame.withUnsafeBytes {
      queue.push(header, samples: $0, received: HostInstant(nanoseconds: 0))
    }
  }

  /// Takes the results of what was pushed, waiting as the control loop does.
  func collect() { queue.collect { _ in collected += 1 } }
}
