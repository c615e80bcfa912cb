import CLinux
import Foundation

/// Real-time scheduling for the calling thread, and memory that is never waited for.
public enum RealTimeThread {
  /// Above ordinary programs, below what the kernel itself needs.
  public static let priority: Int32 = 20

  /// Locks this program in memory, so that no step waits for a page; without the privilege all goes on
  /// as before.
  /// - Returns: whether it was granted.
  @discardableResult
  public static func lockMemory() -> Bool { clinux_lock_memory() == 0 }

  /// Asks for SCHED_FIFO: without the privilege all goes on as before.
  /// - Returns: whether it was granted.
  @discardableResult
  public static func raise() -> Bool {
    var parameters = sched_param(sched_priority: priority)
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0
  }

  /// Takes `raise` back: a thread of a pool must not keep what it was given for one block, nor what it
  /// inherits from the thread that made it.
  public static func lower() {
    var parameters = sched_param(sched_priority: 0)
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters)
  }
}
