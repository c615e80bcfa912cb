import Foundation

/// Real-time scheduling for the calling thread.
public enum RealTimeThread {
  /// Above ordinary programs, below what the kernel itself needs.
  public static let priority: Int32 = 20

  /// Asks for SCHED_FIFO: without the privilege all goes on as before.
  /// - Returns: whether it was granted.
  @discardableResult
  public static func raise() -> Bool {
    var parameters = sched_param(sched_priority: priority)
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0
  }
}
