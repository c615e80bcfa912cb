import NIOCore
import Synchronization

/// How many connections are served at a time.
///
/// Who comes when all places are taken is still heard for a moment, for a stop and nothing else:
/// idle connections must not shut a stop out. There is little room for that, and whoever has waited
/// in it longest makes room for the next. Thread-safe.
final class ConnectionLimit: Sendable {
  let connectionsMax: Int
  let stopsMax: Int
  /// From a connection beyond the limit to its end.
  let stopPatience: TimeAmount
  private let inner = Mutex(Inner())

  private struct Inner {
    var served = 0
    var beyond: [(channel: any Channel, isShed: Bool)] = []
    var beyondCount: UInt64 = 0
  }

  init(_ connectionsMax: Int, stopsMax: Int, stopPatience: TimeAmount) {
    self.connectionsMax = connectionsMax
    self.stopsMax = stopsMax
    self.stopPatience = stopPatience
  }

  /// Connections that were not served, because there were too many.
  var refused: UInt64 { inner.withLock { $0.beyondCount } }

  /// Whether a connection came when all places were taken: it may do nothing but stop.
  func isBeyond(_ channel: any Channel) -> Bool {
    inner.withLock { $0.beyond.contains { $0.channel === channel } }
  }

  private func enter(_ channel: any Channel) -> Bool {
    let (isBeyond, longest) = inner.withLock { inner -> (Bool, (any Channel)?) in
      if inner.served < connectionsMax {
        inner.served += 1
        return (false, nil)
      }
      inner.beyondCount += 1
      inner.beyond.append((channel, false))
      let waiting = inner.beyond.indices.filter { !inner.beyond[$0].isShed }
      guard waiting.count > stopsMax else { return (true, nil) }
      inner.beyond[waiting[0]].isShed = true
      return (true, inner.beyond[waiting[0]].channel)
    }
    longest?.close(promise: nil)
    return isBeyond
  }

  private func leave(_ channel: any Channel, wasBeyond: Bool) {
    inner.withLock { inner in
      if wasBeyond { inner.beyond.removeAll { $0.channel === channel } } else { inner.served -= 1 }
    }
  }

  /// One connection's place in the count. Bound to its event loop.
  final class Place: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let limit: ConnectionLimit
    private var isBeyond = false
    private var end: Scheduled<Void>?

    init(of limit: ConnectionLimit) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) {
      let channel = context.channel
      isBeyond = limit.enter(channel)
      guard isBeyond else { return }
      end = context.eventLoop.scheduleTask(in: limit.stopPatience) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      end?.cancel()
      limit.leave(context.channel, wasBeyond: isBeyond)
    }
  }
}
