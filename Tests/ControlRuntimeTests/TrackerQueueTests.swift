import Alignment
import CAllocationCounter
import ConsoleEmulator
import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities
import SafetyInterlock
import TestSupport
import Testing

/// The tracker's own queue: the same results as in step, and no allocation on it.
@Suite(.serialized) struct TrackerQueueTests {
  /// Frames of an aligned bench, as a console sent them.
  private static func frames(_ count: Int) throws -> [(header: LineHeader, samples: [Int16])] {
    let bench = EmulatedBench(RuntimeBench.parameters, seed: 51)
    let client = ConsoleClient(SimulatedTransport(bench.emulator))
    try client.connect(hostNonce: 1)
    bench.pass(milliseconds: 3)
    _ = client.takeAll()
    try client.send(
      Configure(
        pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero, delay: .zero)
    )
    try client.send(Start())
    var frames: [(header: LineHeader, samples: [Int16])] = []
    while frames.count < count {
      bench.pass(milliseconds: 10)
      for case .line(let header, let samples) in client.takeAll() {
        frames.append((header, samples))
      }
    }
    return Array(frames[..<count])
  }

  @Test(arguments: [TrackerQueue.Mode.stepped, .live])
  func whatACallLeavesComesWithTheNext(mode: TrackerQueue.Mode) throws {
    let frames = try Self.frames(12)
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: mode)
    defer { queue.stop() }
    for frame in frames {
      frame.samples.withUnsafeBytes {
        queue.push(frame.header, samples: $0, received: HostInstant(nanoseconds: 0))
      }
    }
    var sequences: [UInt32] = []
    // A busy machine may be late: as many calls as it takes, of three results each.
    for _ in 0..<1_000 where sequences.count < frames.count {
      let before = sequences.count
      queue.collect(while: { sequences.count < before + 3 }) {
        sequences.append($0.header.sequence)
      }
      #expect(sequences.count <= before + 3)
    }
    #expect(sequences == frames.map(\.header.sequence))
    #expect(queue.counts.processed == 12)
  }

  private func results(
    _ mode: TrackerQueue.Mode, _ frames: [(header: LineHeader, samples: [Int16])]
  ) throws -> [String] {
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: mode)
    defer { queue.stop() }
    var results: [String] = []
    for (index, frame) in frames.enumerated() {
      frame.samples.withUnsafeBytes {
        queue.push(
          frame.header, samples: $0, received: HostInstant(nanoseconds: UInt64(index) * 1_000_000))
      }
      if index % 5 == 4 { queue.collect { results.append("\($0)") } }
    }
    // A busy machine may be late; what was handed over comes all the same.
    for _ in 0..<1_000 where results.count < frames.count {
      queue.collect { results.append("\($0)") }
    }
    #expect(queue.counts.overruns == 0)
    #expect(queue.counts.processed == UInt64(frames.count))
    // Every result has its delay, and only where there is a handover to wait for.
    #expect(queue.delays.count == (mode == .live ? UInt64(frames.count) : 0))
    if mode == .live { #expect(queue.delays.longest.count > 0) }
    return results
  }

  // R28, R30
  @Test func liveAndSteppedGiveTheSameResults() throws {
    let frames = try Self.frames(500)
    let live = try results(.live, frames)
    let stepped = try results(.stepped, frames)
    #expect(live.count == 500)
    #expect(live == stepped)
    #expect(Set(live).count == 500)
  }

  // R28
  @Test(.enabled(if: allocation_counter_counts() != 0, "a sanitizer is the allocator"))
  func theLiveQueueAllocatesAndLocksNothingPerFrame() throws {
    let frames = try Self.frames(32)
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: .live)
    defer { queue.stop() }
    var collected = 0
    var valid = 0
    func pass(_ count: Int) {
      for index in 0..<count {
        var header = frames[index % 32].header
        header.sequence = UInt32(collected + index)
        header.deviceTime = DeviceInstant(nanoseconds: UInt64(collected + index) * 1_000_000)
        frames[index % 32].samples.withUnsafeBytes {
          queue.push(header, samples: $0, received: HostInstant(nanoseconds: 0))
        }
        if index % 8 == 7 || index == count - 1 { collect() }
      }
      while UInt64(collected) < queue.counts.processed { collect() }
    }
    func collect() {
      queue.collect { frame in
        collected += 1
        if frame.estimate.isValid { valid += 1 }
      }
    }
    pass(1_000)
    let thread = queue.threadID
    try #require(thread != 0)
    #expect(thread != allocation_counter_thread())
    allocation_counter_watch(thread)
    pass(1_000_000)
    let allocations = allocation_counter_count()
    let locks = allocation_counter_locks()
    allocation_counter_watch(0)
    for _ in 0..<1_000 where collected < 1_001_000 { collect() }
    print("on the tracker's queue in 1,000,000 frames: \(allocations) allocations, \(locks) locks")
    #expect(allocations == 0)
    #expect(locks == 0)
    #expect(collected == 1_001_000)
    #expect(queue.counts.overruns == 0)
    #expect(valid > 990_000, "frames without an echo would leave most of the code out")
  }

  @Test(.enabled(if: allocation_counter_counts() != 0, "a sanitizer is the allocator"))
  func theCounterCountsTheWatchedThreadAndNoOther() {
    let done = DispatchSemaphore(value: 0)
    let counted = LockedCount()
    Thread.detachNewThread {
      // Kept until the end, so that no compiler can do without them.
      var kept: [UnsafeMutableRawPointer?] = []
      kept.reserveCapacity(1_000)
      allocation_counter_watch(allocation_counter_thread())
      for size in 1...100 {
        kept.append(malloc(size))
        kept.append(calloc(size, 2))
        kept.append(realloc(nil, size))
        kept.append(aligned_alloc(64, 64))
        var place: UnsafeMutableRawPointer?
        if posix_memalign(&place, 64, size) == 0 { kept.append(place) }
      }
      var mutex = pthread_mutex_t()
      pthread_mutex_init(&mutex, nil)
      for _ in 0..<100 {
        pthread_mutex_lock(&mutex)
        pthread_mutex_unlock(&mutex)
      }
      counted.value = allocation_counter_count()
      counted.locks = allocation_counter_locks()
      // Allocations of this thread, watched no longer, do not count.
      allocation_counter_watch(1)
      for size in 1...100 { kept.append(malloc(size)) }
      counted.unwatched = allocation_counter_count()
      allocation_counter_watch(0)
      for memory in kept { free(memory) }
      done.signal()
    }
    done.wait()
    #expect(counted.value == 500)
    #expect(counted.locks == 100)
    #expect(counted.unwatched == 0)
  }

  private final class LockedCount: @unchecked Sendable {
    var value: UInt64 = 0
    var locks: UInt64 = 0
    var unwatched: UInt64 = 0
  }

  @Test func aQueueThatDoesNotAskForPriorityHasNone() throws {
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: .live, asksPriority: false)
    defer { queue.stop() }
    let frame = try Self.frames(1)[0]
    frame.samples.withUnsafeBytes {
      queue.push(frame.header, samples: $0, received: HostInstant(nanoseconds: 0))
    }
    for _ in 0..<1_000 where queue.counts.processed < 1 { queue.collect { _ in } }
    try #require(queue.threadID != 0)
    #expect(!queue.isRealTime)
    #expect(sched_getscheduler(queue.threadID) == SCHED_OTHER)
  }

  @Test func aFrameOfTheWrongLengthIsNoMeasurement() throws {
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: .stepped)
    let frame = try Self.frames(1)[0]
    for count in [0, 1, 1_023, 1_025 - 1] {
      frame.samples[..<count].withUnsafeBytes {
        queue.push(frame.header, samples: $0, received: HostInstant(nanoseconds: 0))
      }
    }
    var valid: [Bool] = []
    queue.collect { valid.append($0.estimate.isValid) }
    #expect(valid == [false, false, false, true])
  }

  /// R04, R06: one frame of something else is no signal for the interlock, says why, and is no sample of the
  /// search; nothing that was foreseen stands for it.
  @Test(arguments: [40, 120]) func oneFrameOfSomethingElseReachesNeitherInterlockNorSearch(
    late samples: Int
  ) throws {
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: .stepped)
    let frames = try Self.frames(30)
    for (index, frame) in frames.enumerated() {
      var line = frame.samples
      if index == 20 {
        // All but the feed-through comes later; noise of the end fills the gap.
        let kept = line.count - samples
        line = Array(line[..<64] + line[kept...] + line[64..<kept])
      }
      line.withUnsafeBytes {
        queue.push(frame.header, samples: $0, received: HostInstant(nanoseconds: 0))
      }
    }
    var number = 0
    queue.collect { frame in
      defer { number += 1 }
      guard number >= 2 else { return }
      #expect(frame.estimate.isValid, "frame \(number)")
      #expect(frame.sample.isValid == (number != 20), "frame \(number)")
      #expect((frame.observation.signal != nil) == (number != 20), "frame \(number)")
      let reasons: InvalidReasons = number == 20 ? .unconfirmed : []
      #expect(frame.observation.invalidReasons == reasons.rawValue, "frame \(number)")
      #expect(frame.sample.amplitudeDB == frame.estimate.amplitudeDB - frame.header.gain.decibels)
    }
    #expect(number == 30)
  }

  // R28
  @Test(arguments: [(Nanoseconds.zero, UInt64(100)), (.seconds(1_000), 0)])
  func everyResultBeyondItsDeadlineIsLateOnce(deadline: Nanoseconds, late: UInt64) throws {
    let queue = try TrackerQueue(RuntimeBench.tracker, mode: .live, deadline: deadline)
    defer { queue.stop() }
    let frames = try Self.frames(100)
    for (index, frame) in frames.enumerated() {
      frame.samples.withUnsafeBytes {
        queue.push(frame.header, samples: $0, received: HostInstant(nanoseconds: 0))
      }
      // However often it is asked in vain.
      if index % 20 == 19 { while queue.counts.processed <= index { queue.collect { _ in } } }
    }
    #expect(queue.counts.processed == 100)
    #expect(queue.counts.late == late)
  }

  @Test func aProcessThatMayOpenNoMoreFilesIsToldSo() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      limit.rlim_cur = 0
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      // A queue that is stepped needs none.
      _ = try TrackerQueue(RuntimeBench.tracker, mode: .stepped)
      do throws(TrackerQueueError) {
        _ = try TrackerQueue(RuntimeBench.tracker, mode: .live)
        exit(1)
      } catch {
        guard case .noEvent(EMFILE) = error, "\(error)".contains("ulimit -n") else { exit(2) }
      }
    }
  }
}
