import ArgumentParser
import CAllocationCounter
import Foundation

/// Allocations and locks of the queue's thread in steady state; more than none is a failure.
struct SteadyState: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady",
    abstract: "Counts allocations and locks on the tracker's queue; exit code 1 if there are any.")

  @Option(help: "Frames counted.")
  var frames = 1_000_000
  @Flag(help: "Print the thread's id once it runs, for strace, and wait for a line on stdin.")
  var announces = false

  func run() throws {
    let input = BenchFrames(samples: 2_048)
    let test = try QueueUnderTest(samples: 2_048, asksPriority: false)
    var pushed = 0
    func pass(_ count: Int) {
      let end = pushed + count
      while pushed < end {
        for _ in 0..<min(16, end - pushed) {
          test.push(input.frames[pushed % input.frames.count])
          pushed += 1
        }
        while test.collected < pushed { test.collect() }
      }
    }
    pass(1_000)
    if announces {
      FileHandle.standardError.write(Data("\(test.queue.threadID)\n".utf8))
      _ = readLine()
    }
    // That the counters count: this thread allocates and locks.
    allocation_counter_watch(allocation_counter_thread())
    let lock = NSLock()
    lock.withLock { _ = [Int](repeating: 0, count: Int.random(in: 100...200)).reversed() }
    let (seenAllocations, seenLocks) = (allocation_counter_count(), allocation_counter_locks())
    guard seenAllocations > 0, seenLocks > 0 else {
      throw ValidationError(
        "the counters see nothing (\(seenAllocations) allocations, \(seenLocks) locks)")
    }
    allocation_counter_watch(test.queue.threadID)
    pass(frames)
    let (allocations, locks) = (allocation_counter_count(), allocation_counter_locks())
    allocation_counter_watch(0)
    let counts = test.queue.counts
    test.queue.stop()
    print(
      "{\"frames\": \(frames), \"allocations\": \(allocations), \"locks\": \(locks), "
        + "\"overruns\": \(counts.overruns), \"late\": \(counts.late)}")
    if allocations > 0 || locks > 0 { throw ExitCode(1) }
  }
}
