import Benchmark
import CAllocationCounter
import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities

/// What a frame asks for, by length and instruction-set level, and a frame's way over the live queue.
///
/// For comparing two commits on one machine. The limit of allocations and locks is none, held in
/// every run: more is an error of the benchmark. Of time there is no limit, since machines differ.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput, allocations, locks], warmupIterations: 3,
    scalingFactor: .kilo, maxDuration: .seconds(1))

  for level in InstructionLevel.supported {
    for samples in [512, 1024, 2048, 4096, 8192, 16384] {
      Benchmark("frame of \(samples), \(level)") { benchmark in
        var estimator = try FrameEstimator(configuration(samples: samples), level: level)
        let frame = echo(samples: samples)
        measure(benchmark, thread: allocation_counter_thread()) {
          frame.withUnsafeBufferPointer { blackHole(estimator.estimate($0)) }
        }
      }
    }
  }

  Benchmark("live queue, frame of 2048") { benchmark in
    let queue = try TrackerQueue(configuration(samples: 2048), mode: .live, asksPriority: false)
    var feed = QueueFeed(samples: 2048)
    feed.pass(through: queue)
    measure(benchmark, thread: queue.threadID) { feed.pass(through: queue) }
    queue.stop()
  }
}

private let allocations = BenchmarkMetric.custom("Allocations", useScalingFactor: false)
private let locks = BenchmarkMetric.custom("Locks", useScalingFactor: false)

/// Measures the time of `work`, and holds what one thread allocates and locks meanwhile to none.
private func measure(_ benchmark: Benchmark, thread: Int32, _ work: () -> Void) {
  benchmark.startMeasurement()
  // Between start and stop: they allocate themselves.
  allocation_counter_watch(thread)
  for _ in benchmark.scaledIterations { work() }
  let (allocated, locked) = (allocation_counter_count(), allocation_counter_locks())
  allocation_counter_watch(0)
  benchmark.stopMeasurement()
  benchmark.measurement(allocations, Int(allocated))
  benchmark.measurement(locks, Int(locked))
  if allocated > 0 || locked > 0 {
    benchmark.error(
      "\(benchmark.name): \(allocated) allocations and \(locked) locks in "
        + "\(benchmark.scaledIterations.count) frames; the tracker may make none")
  }
}

/// Hands frames over and waits for their results, as the control loop does.
private struct QueueFeed {
  private let frame: [Int16]
  private var header: LineHeader

  init(samples: Int) {
    frame = echo(samples: samples)
    header = LineHeader(
      magic: 0, message: 0, headerLength: 64, sequence: 0, nonce: 0,
      deviceTime: DeviceInstant(nanoseconds: 0), sampleRateHz: 64_000_000,
      sampleCount: UInt16(samples), gain: .zero, delay: .zero, flags: [], status: 0,
      handleRoll: .zero, handleLevel: .zero, needleDepth: .zero, pulseRateHz: 1_000, payloadCRC: 0,
      reserved: 0, headerCRC: 0)
  }

  mutating func pass(through queue: TrackerQueue) {
    header.sequence &+= 1
    header.deviceTime = DeviceInstant(nanoseconds: UInt64(header.sequence) * 1_000_000)
    frame.withUnsafeBytes {
      queue.push(header, samples: $0, received: HostInstant(nanoseconds: 0))
    }
    queue.collect { blackHole($0.estimate) }
  }
}

private func configuration(samples: Int) -> TrackerConfiguration {
  TrackerConfiguration(
    pulse: PulseShape(carrierHz: 10e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6),
    sampleCount: samples, blankUntil: .microseconds(1))
}

/// Noise with a short pulse in the middle, the same every time: all passes have something to do.
private func echo(samples: Int) -> [Int16] {
  var state: UInt32 = 1
  var frame = (0..<samples).map { _ -> Int16 in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 26)
  }
  // A carrier of six samples a period under an envelope.
  for (place, value) in [300, 900, 700, -1_200, -2_600, -1_500, 1_500, 2_600, 1_200].enumerated() {
    frame[samples / 2 + place] += Int16(value)
  }
  return frame
}
