import Dispatch
import Synchronization

/// Independent simulated runs on all cores. Nothing is shared between two of them.
enum ParallelRuns {
  /// The results of `body` for 0 ..< count, in order, whatever order they came in.
  ///
  /// - Parameter progress: called after each with how many are done; never two at a time.
  /// - Throws: the error of the lowest index that failed; no further one begins after an error.
  static func map<Result: Sendable>(
    _ count: Int, jobs: Int, progress: @Sendable (_ done: Int) -> Void,
    _ body: @Sendable (_ index: Int) throws -> Result
  ) throws -> [Result] {
    let state = Mutex(State<Result>(count))
    DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, count))) { _ in
      while let index = state.withLock({ $0.take() }) {
        do {
          let result = try body(index)
          state.withLock {
            $0.results[index] = result
            $0.done += 1
            progress($0.done)
          }
        } catch {
          state.withLock { $0.fail(error, at: index) }
        }
      }
    }
    return try state.withLock { state in
      if let failure = state.failure { throw failure.error }
      return state.results.compactMap { $0 }
    }
  }

  private struct State<Result: Sendable>: Sendable {
    var results: [Result?]
    var done = 0
    var failure: (index: Int, error: any Error)?
    private var next = 0

    init(_ count: Int) { results = Array(repeating: nil, count: count) }

    mutating func take() -> Int? {
      guard next < results.count, failure == nil else { return nil }
      defer { next += 1 }
      return next
    }

    mutating func fail(_ error: any Error, at index: Int) {
      if index < failure?.index ?? .max { failure = (index, error) }
    }
  }
}
