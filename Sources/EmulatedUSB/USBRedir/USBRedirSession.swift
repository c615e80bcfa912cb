import HardwareSpecs
import NIOCore

/// The device's side of one usbredir connection: the peer's packets in, packets for it out.
///
/// Touched inside the gate only. Knows no channel: what it has to say goes to `send`.
final class USBRedirSession: USBPort {
  /// Where the connection stands with the peer.
  private enum Phase: Equatable {
    case greeting
    /// Nothing is announced. With `awaitsAck` the peer may still speak of the device before.
    case empty(awaitsAck: Bool)
    case connected
  }

  /// Transfers that a peer may have under way at once.
  static let transferCapacity = 1_024
  /// Above every id that a peer counts up to.
  private static let interruptTokens: UInt64 = .max - 255

  let send: (ByteBuffer) -> Void
  private var phase = Phase.greeting
  private var acknowledgesDisconnect = false
  /// What this side says that it can.
  private let offered: USBRedir.Capabilities
  /// Lengths of bulk transfers have 32 bits, by agreement.
  private(set) var hasLongLengths = false
  /// The interrupt endpoint is being asked without end.
  private var receiving: Set<UInt8> = []
  private var interruptID: UInt64 = 0

  /// - Parameter pipelines: the peer may have several bulk transfers of an endpoint under way. QEMU
  ///   does so only with a device that takes long ones.
  init(pipelines: Bool = true, send: @escaping (ByteBuffer) -> Void) {
    self.send = send
    offered = pipelines ? .ours : .ours.subtracting(.bulkLength32)
    write(.hello, 0, isWide: false) { body in
      body.writeString("peakgate")
      body.writeRepeatingByte(0, count: 64 - body.writerIndex)
      body.writeInteger(offered.rawValue, endianness: .little)
    }
  }

  func receive(_ packet: USBRedir.Packet, _ device: EmulatedUSBDevice) throws(PeerError) {
    guard let kind = USBRedir.Kind(rawValue: packet.kind) else {
      throw PeerError("usbredir packet of unknown kind \(packet.kind)")
    }
    // Otherwise the device could notice its cable in the middle of answering.
    device.refresh()
    var fields = PacketFields(packet.body, of: "usbredir \(kind)")
    switch (phase, kind) {
    case (.greeting, .hello): try greet(&fields, device)
    case (.greeting, _), (_, .hello): throw PeerError("usbredir \(kind) out of turn")
    case (.empty(awaitsAck: true), .deviceDisconnectAck):
      phase = .empty(awaitsAck: false)
      if device.isPlugged { connect() }
    case (_, .filterReject): throw PeerError("the peer's filter rejects the console")
    case (_, .filterFilter), (_, .deviceDisconnectAck): break
    // What the peer still says of a device that has gone.
    case (.empty, _): break
    case (.connected, _): try serve(kind, packet.id, &fields, device)
    }
  }

  func plugged(_ device: EmulatedUSBDevice) {
    if phase == .empty(awaitsAck: false) { connect() }
  }

  func unplugged(_ device: EmulatedUSBDevice) {
    guard phase == .connected else { return }
    receiving = []
    phase = .empty(awaitsAck: acknowledgesDisconnect)
    write(.deviceDisconnect) { _ in }
  }

  /// The connection is gone, and with it the bus.
  func end(_ device: EmulatedUSBDevice) {
    phase = .empty(awaitsAck: true)
    receiving = []
    device.reset()
    if device.port === self { device.port = nil }
  }

  private func greet(
    _ fields: inout PacketFields, _ device: EmulatedUSBDevice
  ) throws(PeerError) {
    _ = try fields.bytes(64)
    let theirs = USBRedir.Capabilities(rawValue: fields.count >= 4 ? try fields.word32() : 0)
    let required = offered.subtracting(.deviceDisconnectAck)
    guard theirs.isSuperset(of: required) else {
      throw PeerError(
        "the peer's usbredir is too old; it lacks \(required.subtracting(theirs).names)")
    }
    acknowledgesDisconnect = theirs.contains(.deviceDisconnectAck)
    hasLongLengths = theirs.intersection(offered).contains(.bulkLength32)
    phase = .empty(awaitsAck: false)
    if device.isPlugged { connect() }
  }

  // MARK: Announcing the device

  private func connect() {
    phase = .connected
    let deviceClass = ConsoleProtocol.deviceClass
    write(.interfaceInfo) { body in
      body.writeInteger(UInt32(1), endianness: .little)
      for value in [0, deviceClass, 0, 0] {
        body.writeInteger(value)
        body.writeRepeatingByte(0, count: 31)
      }
    }
    write(.endpointInfo) { body in
      var kinds = [UInt8](repeating: 255, count: 32)
      var intervals = [UInt8](repeating: 0, count: 32)
      var packets = [UInt16](repeating: 0, count: 32)
      (kinds[0], kinds[16], packets[0], packets[16]) = (0, 0, 64, 64)
      for endpoint in ConsoleProtocol.Endpoint.allCases {
        let index = Int(endpoint.address & 0x0F) + (endpoint.isInput ? 16 : 0)
        kinds[index] = endpoint.interval == nil ? 2 : 3
        intervals[index] = endpoint.interval ?? 0
        packets[index] = UInt16(endpoint.maxPacket)
      }
      body.writeBytes(kinds)
      body.writeBytes(intervals)
      body.writeRepeatingByte(0, count: 32)
      for packet in packets { body.writeInteger(packet, endianness: .little) }
    }
    write(.deviceConnect) { body in
      let highSpeed: UInt8 = 2
      body.writeBytes([highSpeed, deviceClass, 0, 0])
      body.writeInteger(ConsoleProtocol.vendorID, endianness: .little)
      body.writeInteger(ConsoleProtocol.productID, endianness: .little)
      body.writeInteger(Descriptors.release, endianness: .little)
    }
  }

  // MARK: Requests

  private func serve(
    _ kind: USBRedir.Kind, _ id: UInt64, _ fields: inout PacketFields, _ device: EmulatedUSBDevice
  ) throws(PeerError) {
    switch kind {
    case .reset:
      receiving = []
      device.reset()
    case .setConfiguration:
      let isDone = device.setConfiguration(try fields.byte())
      writeConfiguration(id, isDone, device)
    case .getConfiguration: writeConfiguration(id, true, device)
    case .setAltSetting:
      let (interface, setting) = (try fields.byte(), try fields.byte())
      let isDone = device.setInterface(UInt16(interface), alternate: UInt16(setting))
      writeSetting(id, interface, isDone)
    case .getAltSetting:
      let interface = try fields.byte()
      writeSetting(id, interface, interface == 0 && device.configuration != 0)
    case .startInterruptReceiving: startReceiving(id, try fields.byte(), device)
    case .stopInterruptReceiving:
      let address = try fields.byte()
      receiving.remove(address)
      device.cancel(token: Self.interruptTokens + UInt64(address))
      writeReceiving(id, address, .success)
    case .cancelDataPacket: device.cancel(token: id)
    case .controlPacket: try control(id, &fields, device)
    case .bulkPacket: try bulk(id, &fields, device)
    case .interruptPacket: try interruptOutput(id, &fields, device)
    default: throw PeerError("usbredir \(kind) is not for a device")
    }
  }

  private func control(
    _ id: UInt64, _ fields: inout PacketFields, _ device: EmulatedUSBDevice
  ) throws(PeerError) {
    let endpoint = try fields.byte()
    let request = try fields.byte()
    let requestType = try fields.byte()
    _ = try fields.byte()
    let setup = SetupPacket(
      requestType: requestType, request: request, value: try fields.word16(),
      index: try fields.word16(), length: try fields.word16())
    let data = setup.isInput ? [] : try fields.bytes(Int(setup.length))
    var status = USBRedir.Status.success
    var answer: [UInt8] = []
    switch device.control(setup, data: data) {
    case .done(let bytes): answer = bytes
    case .stalled: status = .stall
    case .disconnected: return
    }
    write(.controlPacket, id) { body in
      body.writeBytes([endpoint, request, requestType, status.rawValue])
      body.writeInteger(setup.value, endianness: .little)
      body.writeInteger(setup.index, endianness: .little)
      let count = setup.isInput ? answer.count : status == .success ? data.count : 0
      body.writeInteger(UInt16(count), endianness: .little)
      body.writeBytes(answer)
    }
  }

  private func bulk(
    _ id: UInt64, _ fields: inout PacketFields, _ device: EmulatedUSBDevice
  ) throws(PeerError) {
    let address = try fields.byte()
    _ = try fields.byte()
    let low = try fields.word16()
    _ = try fields.word32()
    let high = hasLongLengths ? try fields.word16() : 0
    let length = Int(low) | Int(high) << 16
    guard id < Self.interruptTokens, device.transfersWaiting < Self.transferCapacity,
      length <= EmulatedUSBDevice.transferLimit
    else { return writeBulk(id, address, .invalid, 0, nil) }
    if address & 0x80 != 0 {
      device.submit(token: id, endpoint: address, length: length) { [weak self] status, bytes in
        if status == .disconnected { return }
        self?.writeBulk(id, address, USBRedir.Status(status), bytes.count, bytes)
      }
    } else {
      let data = try fields.bytes(length)
      data.withUnsafeBytes {
        device.submit(token: id, endpoint: address, data: $0) { [weak self] status, accepted in
          if status == .disconnected { return }
          self?.writeBulk(id, address, USBRedir.Status(status), accepted, nil)
        }
      }
    }
  }

  /// There is no such endpoint, so that this answers as the device would: with a stall.
  private func interruptOutput(
    _ id: UInt64, _ fields: inout PacketFields, _ device: EmulatedUSBDevice
  ) throws(PeerError) {
    let address = try fields.byte()
    writeInterrupt(id, address, .stall, nil)
  }

  private func startReceiving(_ id: UInt64, _ address: UInt8, _ device: EmulatedUSBDevice) {
    let isThere = ConsoleProtocol.Endpoint(rawValue: address)?.interval != nil
    guard isThere, device.configuration != 0 else {
      return writeReceiving(id, address, .invalid)
    }
    writeReceiving(id, address, .success)
    if receiving.insert(address).inserted { receiveNext(address, device) }
  }

  private func receiveNext(_ address: UInt8, _ device: EmulatedUSBDevice) {
    guard let endpoint = ConsoleProtocol.Endpoint(rawValue: address) else { return }
    device.submit(
      token: Self.interruptTokens + UInt64(address), endpoint: address, length: endpoint.maxPacket
    ) { [weak self, weak device] status, bytes in
      guard let self, let device, receiving.contains(address) else { return }
      switch status {
      case .completed:
        writeInterrupt(interruptID, address, .success, bytes)
        interruptID += 1
        receiveNext(address, device)
      case .cancelled, .disconnected: receiving.remove(address)
      case .stalled, .overflow:
        receiving.remove(address)
        writeReceiving(0, address, USBRedir.Status(status))
      }
    }
  }
}
