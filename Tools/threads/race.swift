// What Thread Sanitizer must see, and what it must not take for a race.
//
//   race bare          threads write to one list, and nothing orders them
//   race mutex         the same, each in a Mutex that it waits for
//   race continuation  a task reads what another thread resumed it with, before it had to wait
import Dispatch
import Synchronization

final class Bare: @unchecked Sendable {
  var list = [0]
}

/// A `Mutex` or `Atomic` cannot be captured by itself.
final class Shared: Sendable {
  let list = Mutex([0])
  let arrived = Atomic(0)
}

/// Two threads, at the same time. Relaxed, so that their meeting orders nothing.
func write(_ turn: @escaping @Sendable () -> Void) {
  let shared = Shared()
  let work: @Sendable () -> Void = {
    shared.arrived.add(1, ordering: .relaxed)
    while shared.arrived.load(ordering: .relaxed) < 2 {}
    for _ in 0..<1_000 { turn() }
  }
  let group = DispatchGroup()
  DispatchQueue.global().async(group: group, execute: work)
  work()
  group.wait()
}

@Sendable func awaitResumed(_ index: Int) async throws -> [Int] {
  let shared = Shared()
  return try await withUnsafeThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(returning: [index])
      shared.arrived.store(1, ordering: .relaxed)
    }
    while shared.arrived.load(ordering: .relaxed) < 1 {}
  }
}

let mode = CommandLine.arguments.last
switch mode {
case "bare":
  let bare = Bare()
  write { bare.list = [1] }
case "mutex":
  let shared = Shared()
  write {
    shared.list.withLock { list in
      // Long enough to be waited for.
      for _ in 0..<200 { list[0] &+= 1 }
    }
  }
  precondition(shared.list.withLock { $0[0] } == 2 * 1_000 * 200)
case "continuation":
  for index in 0..<100 {
    let resumed = try await awaitResumed(index)
    precondition(resumed == [index])
  }
default:
  fatalError("race bare, mutex or continuation")
}
