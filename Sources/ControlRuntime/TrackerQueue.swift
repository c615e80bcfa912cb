import CLinux
import Dispatch
import Foundation
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities
import Synchronization

/// The tracker on its own Dispatch queue: frames in through a ring, results out through another.
///
/// *Live*: one block, which never returns while the tracker lives, waits on an eventfd and drains
/// the ring. On it: no allocation, lock, log, `await` or file. *Stepped*: the same `drain` runs on
/// the caller's thread, so that simulated runs are deterministic. Producer and reader of results
/// are one thread, the control loop.
public final class TrackerQueue: @unchecked Sendable {
  public enum Mode: Sendable { case live, stepped }

  /// Results later than this after their frame was handed over are counted as late.
  public static let deadline = Nanoseconds.milliseconds(5)

  private let mode: Mode
  private let queue = DispatchQueue(label: "peakgate.tracker", qos: .userInteractive)
  private let frames: SlotRing<FrameSlot>
  private let results: SlotRing<ResultSlot>
  private let sampleCapacity: Int
  private let samples: UnsafeMutableBufferPointer<Int16>
  private let wake: Int32
  private let done: Int32
  private let isStopping = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)
  private let thread = Atomic<Int32>(0)
  private let realTime = Atomic<Bool>(false)
  private let lateFrames = Atomic<UInt64>(0)
  private var pushed: UInt64 = 0
  private var taken: UInt64 = 0
  /// From a frame being handed over to its result being there, for every result collected; none when
  /// stepped. The control loop's own, as `push` and `collect` are.
  public private(set) var delays = DelayHistogram()

  // Only `drain` touches these: on the queue when live, on the caller's thread when stepped.
  private var estimator: FrameEstimator
  private var track = PeakTrack()

  /// - Parameter asksPriority: the queue's thread asks for real-time priority; a measurement of
  ///   what that is worth does not.
  /// - Throws: when the configuration cannot be tracked with.
  public init(
    _ configuration: TrackerConfiguration, mode: Mode, depth: Int = 64, asksPriority: Bool = true
  ) throws(TrackerConfigurationError) {
    self.mode = mode
    estimator = try FrameEstimator(configuration)
    let capacity = configuration.sampleCount
    sampleCapacity = capacity
    let storage = UnsafeMutableBufferPointer<Int16>.allocate(capacity: capacity * depth)
    storage.initialize(repeating: 0)
    samples = storage
    frames = SlotRing(capacity: depth) { index in
      FrameSlot(
        header: .blank, received: HostInstant(nanoseconds: 0), handedOver: 0,
        samples: UnsafeMutableBufferPointer(
          rebasing: storage[(index * capacity)..<((index + 1) * capacity)]))
    }
    results = SlotRing(capacity: depth * 2) { _ in ResultSlot(frame: .blank, delay: .zero) }
    wake = clinux_eventfd(0)
    done = clinux_eventfd(1)
    if mode == .live { queue.async { [self] in loop(asksPriority: asksPriority) } }
  }

  /// Ends the queue's block and waits for it; safe to call twice.
  public func stop() {
    guard mode == .live, !isStopping.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    signal(wake)
    finished.wait()
  }

  deinit {
    close(wake)
    close(done)
    samples.deallocate()
  }

  /// The kernel's id of the queue's thread; 0 until its block has begun, or when stepped.
  public var threadID: Int32 { thread.load(ordering: .acquiring) }

  /// Whether the queue's thread was given real-time priority; false until its block has begun.
  public var isRealTime: Bool { realTime.load(ordering: .acquiring) }

  public var counts: TrackerCounts {
    TrackerCounts(
      processed: taken, late: lateFrames.load(ordering: .relaxed),
      overruns: UInt64(frames.overruns + results.overruns))
  }

  /// Hands a frame over. One with another number of samples than was configured cannot be tracked:
  /// its result says so, and is invalid.
  public func push(
    _ header: LineHeader, samples bytes: UnsafeRawBufferPointer, received: HostInstant
  ) {
    let fits = bytes.count == sampleCapacity * 2
    let pushedNow = frames.push { slot in
      slot.header = header
      slot.received = received
      if fits {
        UnsafeMutableRawBufferPointer(slot.samples).copyMemory(from: bytes)
      } else {
        slot.header.sampleCount = 0
      }
      if mode == .live { slot.handedOver = MonotonicTime.nanoseconds() }
    }
    if pushedNow {
      pushed += 1
      if mode == .live { signal(wake) }
    }
  }

  /// Hands over the results of all frames that were pushed, in order.
  ///
  /// Live: waits for the queue, at most the deadline; what is not there then counts as late and
  /// comes with a later call.
  public func collect(_ take: (TrackedFrame) -> Void) {
    if mode == .stepped { drain() }
    while taken + UInt64(results.overruns) < pushed {
      if results.pop({ result in
        if mode == .live { delays.note(result.delay) }
        take(result.frame)
      }) {
        taken += 1
      } else if mode == .stepped || !awaitResult() {
        lateFrames.add(1, ordering: .relaxed)
        return
      }
    }
  }

  private func awaitResult() -> Bool {
    var poller = pollfd(fd: done, events: Int16(POLLIN), revents: 0)
    let ready = poll(&poller, 1, Int32(Self.deadline.count / 1_000_000))
    var count: UInt64 = 0
    if ready > 0 { _ = read(done, &count, 8) }
    return ready > 0
  }

  private func loop(asksPriority: Bool) {
    // Here and nowhere else: this block never returns, so the priority stays with its thread.
    if asksPriority { realTime.store(RealTimeThread.raise(), ordering: .releasing) }
    thread.store(clinux_thread_id(), ordering: .releasing)
    var count: UInt64 = 0
    while !isStopping.load(ordering: .acquiring) {
      if read(wake, &count, 8) < 0, errno != EINTR { break }
      drain()
    }
    // The block returns after all when the tracker stops, and its thread to Dispatch's pool.
    if isRealTime { RealTimeThread.lower() }
    finished.signal()
  }

  private func drain() {
    var some = false
    while frames.pop({ slot in process(slot) }) { some = true }
    if some, mode == .live { signal(done) }
  }

  private func process(_ slot: FrameSlot) {
    let count = min(Int(slot.header.sampleCount), slot.samples.count)
    let estimate = estimator.estimate(
      UnsafeBufferPointer(rebasing: slot.samples[..<count]))
    let state = track.update(estimate, at: slot.header.deviceTime)
    var delay = Nanoseconds.zero
    if mode == .live {
      delay = Nanoseconds(Int64(clamping: MonotonicTime.nanoseconds() &- slot.handedOver))
    }
    results.push { result in
      result.frame.header = slot.header
      result.frame.received = slot.received
      result.frame.estimate = estimate
      result.frame.track = state
      result.delay = delay
    }
  }

  private func signal(_ descriptor: Int32) {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }
}

extension LineHeader {
  /// A header of nothing, to fill rings with.
  static var blank: Self {
    LineHeader(
      magic: 0, message: 0, headerLength: 0, sequence: 0, nonce: 0,
      deviceTime: DeviceInstant(nanoseconds: 0), sampleRateHz: 0, sampleCount: 0, gain: .zero,
      delay: .zero, flags: [], status: 0, handleRoll: .zero, handleLevel: .zero,
      needleDepth: .zero, pulseRateHz: 0, payloadCRC: 0, reserved: 0, headerCRC: 0)
  }
}

extension TrackedFrame {
  static var blank: Self {
    TrackedFrame(
      header: .blank, received: HostInstant(nanoseconds: 0),
      estimate: FrameEstimate(invalid: .noFrame),
      track: PeakTrack().state)
  }
}
