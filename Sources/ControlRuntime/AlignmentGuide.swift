import Alignment
import Dispatch
import Synchronization

/// The search for the best alignment, fed by the control loop.
///
/// To fit a sweep takes milliseconds, which a loop of one millisecond does not have. *Live*: the search
/// is handed to a queue of its own to think, and comes back with its answer in a later step; what
/// is seen meanwhile is added then. *Stepped*: it thinks on the caller's thread, and simulated time waits.
///
/// The control loop calls it, and never waits here.
final class AlignmentGuide {
  private let isLive: Bool
  private let queue = DispatchQueue(label: "peakgate.guidance", qos: .userInitiated)
  /// nil before a search has begun, and while it thinks.
  private var search: AlignmentSearch?
  private var thought: Thought?
  /// Seen while the search was thinking.
  private var unseen: [AlignmentSample] = []

  init(isLive: Bool) { self.isLive = isLive }

  /// What one round of thinking gave, between the queue and the control loop.
  private final class Thought: Sendable {
    let result = Mutex<(search: AlignmentSearch, guidance: Guidance)?>(nil)
  }

  /// Begins anew; what is being thought is forgotten.
  func begin(_ search: AlignmentSearch) {
    self.search = search
    thought = nil
    unseen = []
  }

  /// Takes one frame.
  /// - Returns: whether the instruction under way is overtaken.
  func add(_ sample: AlignmentSample) -> Bool {
    if search != nil { return search?.add(sample) ?? false }
    if thought != nil { unseen.append(sample) }
    return false
  }

  /// What to do with the handle now; nil before a search has begun, and while there is no answer yet:
  /// ask again in a later step.
  ///
  /// - Parameter judged: what the interlock holds for the peak while its search goes on.
  func next(handle: HandlePosition, isMoving: Bool, judged: JudgedPeak?) -> Guidance? {
    if let thought { return answer(of: thought) }
    search?.judged = judged
    guard isLive else { return search?.next(handle: handle, isMoving: isMoving) }
    guard let search else { return nil }
    let thought = Thought()
    self.thought = thought
    self.search = nil
    queue.async {
      // A thread that Dispatch makes now has the control loop's priority, and nobody may think at that.
      RealTimeThread.lower()
      var search = search
      let guidance = search.next(handle: handle, isMoving: isMoving)
      thought.result.withLock { $0 = (search, guidance) }
    }
    return nil
  }

  private func answer(of thought: Thought) -> Guidance? {
    // Taken out, so that what is added next goes into the search itself and not into a copy.
    guard let result = thought.result.withLockIfAvailable({ $0.take() }), let result else {
      return nil
    }
    self.thought = nil
    search = result.search
    for sample in unseen { _ = search?.add(sample) }
    unseen.removeAll(keepingCapacity: true)
    return result.guidance
  }
}
