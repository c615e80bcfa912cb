public import NIOCore
import NIOPosix

/// Emulated consoles for any Linux machine with `vhci-hcd`: `usbip list -r` shows them, and `usbip
/// attach -r HOST -b 1-1` plugs one in.
///
/// Consoles are known as `1-1`, `1-2` …, in the order given. One that is unplugged, or that another
/// peer has, is not in the list; when it is unplugged its connection closes, which is how the peer's
/// kernel sees a device go. USB/IP has no plug: the peer has to attach again.
public final class USBIPServer: Sendable {
  /// Where it listens; the port is the one that was given out when 0 was asked for.
  public let address: SocketAddress
  private let channel: any Channel

  /// Port that USB/IP is known by.
  public static let standardPort = 3240

  /// - Parameters:
  ///   - host: an address of this machine; whoever reaches it may use the consoles.
  ///   - report: told why connections come and go.
  public init(
    _ gates: [DeviceGate], host: String = "127.0.0.1", port: Int = standardPort,
    group: any EventLoopGroup, report: @escaping ConnectionReport = { _ in }
  ) throws {
    channel = try ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.addHandlers(to: channel, gates, report: report)
        }
      }
      .bind(host: host, port: port).wait()
    guard let address = channel.localAddress else { throw PeerError("no local address") }
    self.address = address
  }

  /// Ends listening; connections end when their peers go, or with the group.
  public func stop() { channel.close(promise: nil) }

  package static func addHandlers(
    to channel: any Channel, _ gates: [DeviceGate], report: @escaping ConnectionReport
  ) throws {
    try channel.pipeline.syncOperations.addHandlers(
      ByteToMessageHandler(USBIPDecoder()), USBIPHandler(gates, report: report))
  }
}

/// Takes a connection's requests through the gate of the console that they are for.
final class USBIPHandler: ChannelInboundHandler {
  typealias InboundIn = USBIP.Request

  private let gates: [DeviceGate]
  private let report: ConnectionReport
  private var outbox: Outbox?
  private var imported: (gate: DeviceGate, session: USBIPSession)?

  init(_ gates: [DeviceGate], report: @escaping ConnectionReport) {
    self.gates = gates
    self.report = report
  }

  func channelActive(context: ChannelHandlerContext) {
    outbox = Outbox(context.channel, report: { [report] in report("USB/IP: \($0)") })
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let outbox else { return }
    switch unwrapInboundIn(data) {
    case .deviceList: outbox.append(deviceList())
    case .importDevice(let busID): importDevice(busID, outbox)
    case .submit(let submit):
      imported.map { imported in imported.gate.run { imported.session.submit(submit, $0) } }
    case .unlink(let sequence, let other):
      imported.map { imported in
        imported.gate.run { imported.session.unlink(sequence, of: other, $0) }
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard let (gate, session) = imported else { return }
    gate.run { session.end($0) }
    imported = nil
    report("USB/IP: the peer has gone")
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    report("USB/IP: \(error)")
    context.close(promise: nil)
  }

  private static func busID(_ index: Int) -> String { "1-\(index + 1)" }

  private func deviceList() -> ByteBuffer {
    let free = gates.indices.filter { index in
      gates[index].run { device in
        device.refresh()
        return device.isPlugged && device.port == nil
      }
    }
    var buffer = USBIP.operation(
      USBIP.Operation.deviceListReply, status: USBIP.OperationStatus.done)
    buffer.writeInteger(UInt32(free.count))
    for index in free {
      USBIP.writeDevice(busID: Self.busID(index), number: index, to: &buffer)
      USBIP.writeInterface(to: &buffer)
    }
    return buffer
  }

  private func importDevice(_ busID: String, _ outbox: Outbox) {
    guard let index = gates.indices.first(where: { Self.busID($0) == busID }) else {
      return refuse(busID, USBIP.OperationStatus.noDevice, "there is no such console", outbox)
    }
    let session = USBIPSession(
      send: outbox.append, close: { [busID] in outbox.close("\(busID): \($0)") })
    let refusal: UInt32? = gates[index].run { device in
      device.refresh()
      guard device.isPlugged else { return USBIP.OperationStatus.noDevice }
      guard device.port == nil else { return USBIP.OperationStatus.busy }
      device.port = session
      var reply = USBIP.operation(
        USBIP.Operation.importReply, status: USBIP.OperationStatus.done)
      USBIP.writeDevice(busID: busID, number: index, to: &reply)
      outbox.append(reply)
      return nil
    }
    switch refusal {
    case nil:
      imported = (gates[index], session)
      report("USB/IP: a peer has \(busID)")
    case USBIP.OperationStatus.busy?:
      refuse(busID, USBIP.OperationStatus.busy, "another peer has it", outbox)
    case let status?: refuse(busID, status, "it is unplugged", outbox)
    }
  }

  private func refuse(_ busID: String, _ status: UInt32, _ reason: String, _ outbox: Outbox) {
    outbox.append(USBIP.operation(USBIP.Operation.importReply, status: status))
    outbox.close("\(busID): \(reason)")
  }
}
