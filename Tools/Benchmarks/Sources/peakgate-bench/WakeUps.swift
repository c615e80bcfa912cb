import ArgumentParser
import CPeers
import ControlRuntime
import Foundation
import PeakTracking

/// From a frame being handed over to its estimate being there: the tracker's queue, and a pthread in
/// C that calls the same estimator, by turns.
struct WakeUps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wake", abstract: "From hand-over to decision, queue and C pthread; JSON, µs.")

  @Option(help: "Frames a second.")
  var rate = 1_000
  @Option(help: "Frames for each of the two.")
  var frames = 5_000
  @Option(help: "Threads that keep processors busy beside it.")
  var busy = 0
  @Flag(help: "Ask for real-time priority, for both.")
  var realTime = false

  func run() throws {
    let samples = 2_048
    let input = BenchFrames(samples: samples)
    let queue = try QueueUnderTest(samples: samples, asksPriority: realTime)
    let tracker = Unmanaged.passRetained(try PeerWork(samples: samples))
    let thread = peer_thread_start(
      realTime ? 1 : 0, Int32(samples), { PeerWork.run($0, $1) }, tracker.toOpaque())
    RealTimeThread.lockMemory()
    peer_busy_start(Int32(busy))
    let period = 1_000_000_000 / Int64(rate)
    var next = peer_now() + 10 * period
    // By turns of 100 frames, so that what else goes on meets both.
    var sent = 0
    while sent < frames {
      for isQueue in [true, false] {
        for index in 0..<100 {
          peer_sleep_until(next)
          next = max(next + period, peer_now())
          let frame = input.frames[index % input.frames.count]
          if isQueue {
            queue.push(frame)
            queue.collect()
          } else {
            frame.withUnsafeBufferPointer { peer_thread_push(thread, $0.baseAddress!) }
          }
        }
      }
      sent += 100
    }
    peer_busy_stop()
    while queue.collected < sent && queue.queue.counts.overruns == 0 { queue.collect() }
    queue.queue.stop()
    var count: Int64 = 0
    let delays = peer_thread_stop(thread, &count)
    // Both through the same histogram, so that its steps are no advantage to either.
    var peer = DelayHistogram()
    for index in 0..<Int(count) { peer.note(.init(delays![index])) }
    let result = Result(
      rate: rate, busy: busy,
      realTime: queue.queue.isRealTime && peer_thread_is_real_time(thread) != 0,
      late: queue.queue.counts.late, overruns: queue.queue.counts.overruns,
      queue: Result.quantiles(queue.queue.delays), thread: Result.quantiles(peer))
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  struct Result: Encodable {
    var rate: Int
    var busy: Int
    var realTime: Bool
    var late: UInt64
    var overruns: UInt64
    /// p50, p99, p99.9, µs.
    var queue: [Double]
    var thread: [Double]

    static func quantiles(_ histogram: DelayHistogram) -> [Double] {
      [0.5, 0.99, 0.999].map { Double(histogram.quantile($0)?.count ?? 0) / 1e3 }
    }
  }
}

/// What the C thread does with a frame: the same estimator and track as the queue.
final class PeerWork {
  private var estimator: FrameEstimator
  private var track = PeakTrack()
  private var frames: UInt64 = 0
  private let samples: Int

  init(samples: Int) throws {
    self.samples = samples
    estimator = try FrameEstimator(BenchFrames.configuration(samples: samples))
  }

  static func run(_ context: UnsafeMutableRawPointer?, _ frame: UnsafePointer<Int16>?) {
    let work = Unmanaged<PeerWork>.fromOpaque(context!).takeUnretainedValue()
    let estimate = work.estimator.estimate(
      UnsafeBufferPointer(start: frame, count: work.samples))
    work.frames += 1
    work.track.update(estimate, at: .init(nanoseconds: work.frames * 200_000))
  }
}
