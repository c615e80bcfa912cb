import Quantities
import Synchronization

/// Commands on their way to the bench, in bounded room. Thread-safe.
///
/// Stops have a lane of their own: they wait behind nothing, none is ever turned away, and however
/// many come they are one and the same for the bench.
package final class Mailbox: Sendable {
  /// Commands that wait at most; further ones are refused.
  package static let capacity = 256
  /// Commands taken a step, so that a heap of them makes no step late (R28).
  package static let perStep = 16
  /// Stops whose answers wait for the step; further ones are answered at once.
  package static let stopsWaitingMax = 64

  /// A command, and who waits for its answer.
  package struct Request {
    package var command: ConsoleCommand
    package var caller: Caller
    var begun = HostInstant(nanoseconds: 0)
    package var answer: @Sendable (Refusal?) -> Void

    package init(
      _ command: ConsoleCommand, by caller: Caller, answer: @escaping @Sendable (Refusal?) -> Void
    ) {
      self.command = command
      self.caller = caller
      self.answer = answer
    }
  }

  /// What a step has to do: commands in their order, then the stops, which win over them.
  package struct Share {
    package var commands: [Request] = []
    package var stops: [Request] = []
    /// Stops that were answered already.
    package var furtherStops: UInt64 = 0
  }

  private let inner = Mutex(Share())

  package init() {}

  package var isEmpty: Bool {
    inner.withLock { $0.commands.isEmpty && $0.stops.isEmpty && $0.furtherStops == 0 }
  }

  /// Takes a request in, or answers it at once: a command when there is no room, and a stop when
  /// enough others stand for it.
  package func post(_ request: Request) {
    let refusal: Refusal?
    switch request.command {
    case .stop:
      let waits = inner.withLock { inner in
        guard inner.stops.count >= Self.stopsWaitingMax else {
          inner.stops.append(request)
          return true
        }
        inner.furtherStops += 1
        return false
      }
      if waits { return }
      refusal = nil
    default:
      let waits = inner.withLock { inner in
        guard inner.commands.count < Self.capacity else { return false }
        inner.commands.append(request)
        return true
      }
      if waits { return }
      refusal = Self.full
    }
    request.answer(refusal)
  }

  /// What the next step has to do.
  package func take() -> Share {
    inner.withLock { inner in
      var share = Share()
      swap(&share.stops, &inner.stops)
      swap(&share.furtherStops, &inner.furtherStops)
      if inner.commands.count <= Self.perStep {
        swap(&share.commands, &inner.commands)
      } else {
        share.commands = Array(inner.commands.prefix(Self.perStep))
        inner.commands.removeFirst(Self.perStep)
      }
      return share
    }
  }

  private static var full: Refusal {
    var refusal = Refusal(
      .unavailable, "console.busy", "\(capacity) commands wait for the bench already",
      remedy: "ask again in a moment; a stop is taken all the same")
    refusal.retryAfterS = 1
    return refusal
  }
}
