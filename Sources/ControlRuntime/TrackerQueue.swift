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

  /// Results later than this after their frame was handed over are counted as late, unless another
  /// limit is given.
  public static let deadline = Nanoseconds.milliseconds(5)

  private let mode: Mode
  private let deadline: Nanoseconds
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
  private var lateResults: UInt64 = 0
  private var pushed: UInt64 = 0
  private var taken: UInt64 = 0
  /// When each frame that may still be on its way was handed over, by its number.
  private var handedOver: [UInt64]
  /// From a frame being handed over to its result being there, for every result collected; none when
  /// stepped. The control loop's own, as `push` and `collect` are.
  public private(set) var delays = DelayHistogram()

  // Only `drain` touches these: on the queue when live, on the caller's thread when stepped.
  private var estimator: FrameEstimator
  private var track = PeakTrack()

  /// - Parameters:
  ///   - deadline: after a frame's hand-over, for its result.
  ///   - asksPriority: the queue's thread asks for real-time priority; a measurement of what that is
  ///     worth does not.
  /// - Throws: when the configuration cannot be tracked with, or, live, when the process may open no
  ///   more files: the queue could not be woken.
  public init(
    _ configuration: TrackerConfiguration, mode: Mode, depth: Int = 64,
    deadline: Nanoseconds = TrackerQueue.deadline, asksPriority: Bool = true
  ) throws(TrackerQueueError) {
    self.mode = mode
    self.deadline = deadline
    do { estimator = try FrameEstimator(configuration) } catch { throw .configuration(error) }
    (wake, done) = mode == .live ? try Self.events() : (-1, -1)
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
    // Frames, their results, and one in work.
    handedOver = [UInt64](repeating: 0, count: 3 * depth + 1)
    if mode == .live { queue.async { [self] in loop(asksPriority: asksPriority) } }
  }

  /// What wakes the queue, and what says that results are there.
  private static func events() throws(TrackerQueueError) -> (wake: Int32, done: Int32) {
    let wake = clinux_eventfd(0)
    guard wake >= 0 else { throw .noEvent(errno) }
    let done = clinux_eventfd(1)
    guard done >= 0 else {
      let reason = errno
      close(wake)
      throw .noEvent(reason)
    }
    return (wake, done)
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
    if mode == .live {
      close(wake)
      close(done)
    }
    samples.deallocate()
  }

  /// The kernel's id of the queue's thread; 0 until its block has begun, or when stepped.
  public var threadID: Int32 { thread.load(ordering: .acquiring) }

  /// Whether the queue's thread was given real-time priority; false until its block has begun.
  public var isRealTime: Bool { realTime.load(ordering: .acquiring) }

  public var counts: TrackerCounts {
    TrackerCounts(
      processed: taken, late: lateResults, overruns: UInt64(frames.overruns + results.overruns))
  }

  /// Hands a frame over. One with another number of samples than was configured cannot be tracked:
  /// its result says so, and is invalid.
  public func push(
    _ header: LineHeader, samples bytes: UnsafeRawBufferPointer, received: HostInstant
  ) {
    let fits = bytes.count == sampleCapacity * 2
    var now: UInt64 = 0
    let pushedNow = frames.push { slot in
      slot.header = header
      slot.received = received
      if fits {
        UnsafeMutableRawBufferPointer(slot.samples).copyMemory(from: bytes)
      } else {
        slot.header.sampleCount = 0
      }
      // Handed over is what is there whole.
      if mode == .live { now = MonotonicTime.nanoseconds() }
      slot.handedOver = now
    }
    if pushedNow {
      handedOver[Int(pushed % UInt64(handedOver.count))] = now
      pushed += 1
      if mode == .live { signal(wake) }
    }
  }

  /// Hands over the results of all frames that were pushed, in order.
  ///
  /// Live: waits for the queue until the deadline of the oldest frame; what is not there then comes with
  /// a later call. Every result that took longer than the deadline from its frame's hand-over is
  /// counted as late, once.
  ///
  /// - Parameter goesOn: asked before every result; what it leaves comes with a later call as well.
  /// - Returns: whether `goesOn` left nothing.
  @discardableResult
  public func collect(
    while goesOn: () -> Bool = { true }, _ take: (TrackedFrame) -> Void
  ) -> Bool {
    if mode == .stepped { drain() }
    while taken + UInt64(results.overruns) < pushed {
      guard goesOn() else { return false }
      if results.pop({ result in
        if mode == .live {
          delays.note(result.delay)
          if result.delay > deadline { lateResults += 1 }
        }
        take(result.frame)
      }) {
        taken += 1
      } else if mode == .stepped || !awaitResult() {
        return true
      }
    }
    return true
  }

  /// Whether something came before the deadline of the oldest frame that is still out.
  private func awaitResult() -> Bool {
    let oldest = (taken + UInt64(results.overruns)) % UInt64(handedOver.count)
    let gone = MonotonicTime.nanoseconds() &- handedOver[Int(oldest)]
    let left = max(0, deadline.count - Int64(clamping: gone))
    var poller = pollfd(fd: done, events: Int16(POLLIN), revents: 0)
    let ready = poll(&poller, 1, Int32(clamping: (left + 999_999) / 1_000_000))
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

/// Why a tracker cannot be set up.
public enum TrackerQueueError: Error, Equatable, Sendable, CustomStringConvertible {
  case configuration(TrackerConfigurationError)
  /// No event counter could be made; the value is `errno`.
  case noEvent(Int32)

  /// The cause, and what to do about it.
  public var description: String {
    switch self {
    case .configuration(let error): "the tracker cannot be set up: \(error.explanation)"
    case .noEvent(let code):
      "the tracker's queue cannot be woken: no event counter could be opened ("
        + String(cString: strerror(code)) + "); allow more open files (ulimit -n), or close some"
    }
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
