import NIOCore
import Synchronization

/// Closes a connection that is one too many as soon as it is made: who waits in line for a console
/// does not know it, and who opens a thousand connections must not make others wait.
final class ConnectionLimit: Sendable {
  let connectionsMax: Int
  private let open = Atomic<Int>(0)
  private let refusedCount = Atomic<UInt64>(0)

  init(_ connectionsMax: Int) { self.connectionsMax = connectionsMax }

  /// Connections that were closed because there were too many.
  var refused: UInt64 { refusedCount.load(ordering: .relaxed) }

  /// One connection's place in the count. Bound to its event loop.
  final class Place: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let limit: ConnectionLimit
    private var isOneTooMany = false

    init(of limit: ConnectionLimit) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) {
      let count = limit.open.add(1, ordering: .relaxed).newValue
      isOneTooMany = count > limit.connectionsMax
      if context.channel.isActive { closeIfOneTooMany(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
      closeIfOneTooMany(context)
      context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      limit.open.subtract(1, ordering: .relaxed)
    }

    private func closeIfOneTooMany(_ context: ChannelHandlerContext) {
      guard isOneTooMany else { return }
      isOneTooMany = false
      limit.refusedCount.add(1, ordering: .relaxed)
      context.close(promise: nil)
    }
  }
}
