import Dispatch
import Synchronization

/// Work on each item, as many at a time as there are cores; what came of it is shown in the items' order, as
/// soon as it is there.
func inOrder<Item: Sendable, Outcome: Sendable>(
  _ items: [Item], work: @escaping @Sendable (Item) -> Outcome,
  show: (Item, Outcome) throws -> Void
) rethrows {
  let outcomes = Mutex([Outcome?](repeating: nil, count: items.count))
  let ready = items.map { _ in DispatchSemaphore(value: 0) }
  DispatchQueue.global().async {
    DispatchQueue.concurrentPerform(iterations: items.count) { index in
      let outcome = work(items[index])
      outcomes.withLock { $0[index] = outcome }
      ready[index].signal()
    }
  }
  for (index, item) in items.enumerated() {
    ready[index].wait()
    guard let outcome = outcomes.withLock({ $0[index] }) else {
      preconditionFailure("said to be ready, and is not there")
    }
    try show(item, outcome)
  }
}
