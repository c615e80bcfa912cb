import NIOCore
import NIOPosix
import Quantities
import Synchronization

/// Serves the rigs of a host to other processes: hands, faults, time and truth, out of band.
public final class RigServer: Sendable {
  private let channel: any Channel
  /// Where it really listens; a TCP port of 0 has become one that was free.
  public let address: RigAddress

  private init(_ channel: any Channel, _ address: RigAddress) {
    self.channel = channel
    self.address = address
  }

  /// - Throws: when the address cannot be listened on.
  public static func start(
    _ host: BenchHost, at address: RigAddress, group: any EventLoopGroup
  ) throws -> RigServer {
    let sessions = SessionList()
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, host, sessions) }
      }
    let channel: any Channel
    var served = address
    switch address {
    case .tcp(let name, let port):
      channel = try bootstrap.bind(host: name, port: port).wait()
      served = .tcp(host: name, port: channel.localAddress?.port ?? port)
    case .unix(let path):
      channel = try bootstrap.bind(
        unixDomainSocketPath: path, cleanupExistingSocketFile: true
      ).wait()
    }
    host.whenStatesAreDue { sessions.tell() }
    return RigServer(channel, served)
  }

  public func stop() { try? channel.close().wait() }

  /// Serves the rigs on one channel, whose states nobody but it follows.
  package static func addHandlers(to channel: any Channel, _ host: BenchHost) throws {
    try addHandlers(to: channel, host, SessionList())
  }

  private static func addHandlers(
    to channel: any Channel, _ host: BenchHost, _ sessions: SessionList
  ) throws {
    try channel.pipeline.syncOperations.addHandlers(
      ByteToMessageHandler(JSONLineDecoder<RigRequest>()), RigSession(host, sessions))
  }
}

/// The sessions that follow the state.
private final class SessionList: Sendable {
  private let following = Mutex<[ObjectIdentifier: (any EventLoop, @Sendable () -> Void)]>([:])

  func add(_ session: RigSession, on loop: any EventLoop, tell: @escaping @Sendable () -> Void) {
    following.withLock { $0[ObjectIdentifier(session)] = (loop, tell) }
  }

  func remove(_ session: RigSession) {
    following.withLock { $0[ObjectIdentifier(session)] = nil }
  }

  func tell() {
    for (loop, tell) in following.withLock({ Array($0.values) }) { loop.execute(tell) }
  }
}

/// One connection of the rig's link. Runs on its event loop.
private final class RigSession: ChannelInboundHandler {
  typealias InboundIn = RigRequest
  typealias OutboundOut = ByteBuffer

  private let host: BenchHost
  private let sessions: SessionList
  private var newest: UInt64 = 0

  init(_ host: BenchHost, _ sessions: SessionList) {
    self.host = host
    self.sessions = sessions
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let request = unwrapInboundIn(data)
    guard host.consoles.indices.contains(request.console) else {
      return answer(
        RigReply(id: request.id, error: "there is no console \(request.console)"), context)
    }
    let console = host.consoles[request.console]
    var error = request.action.flaw
    if error == nil {
      switch request.action {
      case .pass(let milliseconds): error = host.pass(milliseconds: milliseconds)
      case .follow: follow(console, context)
      default: console.carryOut(request.action, at: host.now)
      }
    }
    newest = request.id
    answer(
      RigReply(id: request.id, error: error, state: console.state(carriedOut: newest)), context)
  }

  private func follow(_ console: HostedConsole, _ context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    sessions.add(self, on: context.eventLoop) {
      let (session, context) = bound.value
      // A reader that does not keep up misses states, and gets a newer one.
      guard context.channel.isWritable else { return }
      session.answer(RigReply(state: console.state(carriedOut: session.newest)), context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    sessions.remove(self)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer(RigReply(error: "\(error)"), context)
    context.close(promise: nil)
  }

  private func answer(_ reply: RigReply, _ context: ChannelHandlerContext) {
    do {
      let line = try JSONLines.line(reply, allocator: context.channel.allocator)
      context.writeAndFlush(wrapOutboundOut(line), promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }
}
