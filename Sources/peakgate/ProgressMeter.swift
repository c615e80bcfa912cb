import ControlRuntime
import Glibc
import Synchronization

/// How far a long count is, on standard error: redrawn in a terminal, else a line each tenth.
final class ProgressMeter: Sendable {
  private let total: Int
  private let noun: String
  private let began = MonotonicTime.nanoseconds()
  private let isLive = Terminal.isTerminal(STDERR_FILENO)
  private let isDrawn = Atomic<Bool>(false)

  init(total: Int, noun: String) {
    self.total = total
    self.noun = noun
  }

  func show(_ done: Int) {
    let isTenth = done * 10 / total != (done - 1) * 10 / total
    guard isLive || isTenth else { return }
    let elapsed = Double(MonotonicTime.nanoseconds() - began) * 1e-9
    let left = elapsed / Double(done) * Double(total - done)
    let text = "\(done) of \(total) \(noun), about \(BenchWords.number(left, 0)) s to go"
    Terminal.write(isLive ? "\r\(text)\u{1B}[K" : "\(text)\n", to: STDERR_FILENO)
    isDrawn.store(isLive, ordering: .relaxed)
  }

  /// Takes the line away.
  func finish() {
    if isDrawn.load(ordering: .relaxed) { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
  }
}
