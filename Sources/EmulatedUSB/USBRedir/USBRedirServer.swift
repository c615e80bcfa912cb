public import NIOCore
import NIOPosix

/// The emulated console for QEMU: it listens on a Unix socket, and `-device usb-redir` on a `chardev`
/// of that socket plugs the console into the guest.
///
/// One peer at a time; others are turned away. When the peer goes, the console sees a bus reset.
public final class USBRedirServer: Sendable {
  public let path: String
  private let channel: any Channel

  /// Listens on `path`; a socket that lies there is replaced.
  /// - Parameters:
  ///   - pipelines: bulk transfers may wait in a row. QEMU's EHCI needs it off: it starts the rest of a
  ///     transfer before it knows that the first part came short, and drops what that brings.
  ///   - report: told why connections come and go.
  public init(
    _ gate: DeviceGate, path: String, group: any EventLoopGroup, pipelines: Bool = true,
    report: @escaping ConnectionReport = { _ in }
  ) throws {
    self.path = path
    channel = try ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.addHandlers(to: channel, gate, pipelines: pipelines, report: report)
        }
      }
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).wait()
  }

  /// Ends listening; connections end when their peers go, or with the group.
  public func stop() { channel.close(promise: nil) }

  package static func addHandlers(
    to channel: any Channel, _ gate: DeviceGate, pipelines: Bool = true,
    report: @escaping ConnectionReport
  ) throws {
    try channel.pipeline.syncOperations.addHandlers(
      ByteToMessageHandler(USBRedirDecoder()),
      USBRedirHandler(gate, pipelines: pipelines, report: report))
  }
}

/// Takes a connection's packets through the gate.
final class USBRedirHandler: ChannelInboundHandler {
  typealias InboundIn = USBRedir.Packet

  private let gate: DeviceGate
  private let pipelines: Bool
  private let report: ConnectionReport
  private var session: USBRedirSession?

  init(_ gate: DeviceGate, pipelines: Bool, report: @escaping ConnectionReport) {
    self.gate = gate
    self.pipelines = pipelines
    self.report = report
  }

  func channelActive(context: ChannelHandlerContext) {
    let outbox = Outbox(context.channel, report: report)
    session = gate.run { [pipelines] device in
      // Whoever is there first has it.
      guard device.port == nil else { return nil }
      let session = USBRedirSession(pipelines: pipelines, send: outbox.append)
      device.port = session
      return session
    }
    if session == nil {
      report("usbredir: another peer has the console")
      context.close(promise: nil)
    } else {
      report("usbredir: a peer has come")
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let session else { return }
    let packet = unwrapInboundIn(data)
    do throws(PeerError) {
      try gate.run { device throws(PeerError) in try session.receive(packet, device) }
    } catch {
      report("usbredir: \(error)")
      context.close(promise: nil)
      end()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if session != nil { report("usbredir: the peer has gone") }
    end()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    report("usbredir: \(error)")
    context.close(promise: nil)
  }

  private func end() {
    guard let session else { return }
    gate.run { session.end($0) }
    self.session = nil
  }
}
