import NIOCore
import Synchronization

/// What a device has to say to the peer of a connection: bytes from any thread, in order, written by
/// the connection's event loop.
final class Outbox: Sendable {
  /// Bytes that may wait for a peer that does not read.
  static let capacity = 64 << 20

  private struct State {
    var waiting: [ByteBuffer] = []
    var isScheduled = false
    /// Bytes that the peer has not taken yet.
    var unsent = 0
  }

  private let channel: any Channel
  private let state = Mutex(State())
  private let report: ConnectionReport

  init(_ channel: any Channel, report: @escaping ConnectionReport) {
    self.channel = channel
    self.report = report
  }

  /// Never blocks; may be called inside the gate.
  func append(_ buffer: ByteBuffer) {
    let (isFirst, isFull) = state.withLock { state in
      state.waiting.append(buffer)
      state.unsent += buffer.readableBytes
      defer { state.isScheduled = true }
      return (!state.isScheduled, state.unsent > Self.capacity)
    }
    if isFull { close("the peer asks for more than it reads") }
    if isFirst { channel.eventLoop.execute { [self] in flush() } }
  }

  func close(_ reason: String) {
    report(reason)
    channel.eventLoop.execute { [self] in
      flush()
      channel.close(promise: nil)
    }
  }

  private func flush() {
    let buffers = state.withLock { state in
      state.isScheduled = false
      defer { state.waiting = [] }
      return state.waiting
    }
    guard !buffers.isEmpty else { return }
    let bytes = buffers.reduce(0) { $0 + $1.readableBytes }
    for buffer in buffers.dropLast() { channel.write(buffer, promise: nil) }
    channel.writeAndFlush(buffers[buffers.count - 1]).whenComplete { [self] _ in
      state.withLock { $0.unsent -= bytes }
    }
  }
}

/// Told why a connection came or went, in words; from any thread.
public typealias ConnectionReport = @Sendable (String) -> Void

/// Why a peer's bytes make no sense. The connection ends.
struct PeerError: Error, Equatable, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
