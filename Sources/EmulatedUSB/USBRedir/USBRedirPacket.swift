import NIOCore

/// The usbredir protocol as its description gives it (spice/usbredir, usb-redir-protocol.txt): what
/// a device's side needs of it. Everything is little endian.
enum USBRedir {
  enum Kind: UInt32 {
    case hello = 0
    case deviceConnect = 1
    case deviceDisconnect = 2
    case reset = 3
    case interfaceInfo = 4
    case endpointInfo = 5
    case setConfiguration = 6
    case getConfiguration = 7
    case configurationStatus = 8
    case setAltSetting = 9
    case getAltSetting = 10
    case altSettingStatus = 11
    case startInterruptReceiving = 15
    case stopInterruptReceiving = 16
    case interruptReceivingStatus = 17
    case cancelDataPacket = 21
    case filterReject = 22
    case filterFilter = 23
    case deviceDisconnectAck = 24
    case controlPacket = 100
    case bulkPacket = 101
    case interruptPacket = 103
  }

  /// What a side can do; each is a bit of its hello.
  struct Capabilities: OptionSet {
    let rawValue: UInt32

    static let connectDeviceVersion = Self(rawValue: 1 << 1)
    static let deviceDisconnectAck = Self(rawValue: 1 << 3)
    static let endpointMaxPacket = Self(rawValue: 1 << 4)
    static let ids64 = Self(rawValue: 1 << 5)
    static let bulkLength32 = Self(rawValue: 1 << 6)

    /// What this device speaks. A peer without any of it is older than 2014, and is turned away.
    static let ours: Self = [
      .connectDeviceVersion, .deviceDisconnectAck, .endpointMaxPacket, .ids64, .bulkLength32,
    ]

    var names: String {
      let all: [(Self, String)] = [
        (.connectDeviceVersion, "connect_device_version"),
        (.deviceDisconnectAck, "device_disconnect_ack"),
        (.endpointMaxPacket, "ep_info_max_packet_size"), (.ids64, "64bits_ids"),
        (.bulkLength32, "32bits_bulk_length"),
      ]
      return all.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
  }

  enum Status: UInt8 {
    case success = 0
    case cancelled = 1
    case invalid = 2
    case ioError = 3
    case stall = 4
    case timeout = 5
    case babble = 6

    init(_ status: TransferStatus) {
      switch status {
      case .completed: self = .success
      case .stalled: self = .stall
      case .overflow: self = .babble
      case .cancelled: self = .cancelled
      case .disconnected: self = .ioError
      }
    }
  }

  /// One packet: its kind's number, id and what follows.
  struct Packet: Equatable {
    var kind: UInt32
    var id: UInt64
    var body: ByteBuffer

    init(_ kind: Kind, id: UInt64 = 0, _ body: ByteBuffer = ByteBuffer()) {
      self.init(kind: kind.rawValue, id: id, body: body)
    }

    init(kind: UInt32, id: UInt64, body: ByteBuffer) {
      self.kind = kind
      self.id = id
      self.body = body
    }

    /// - Parameter isWide: ids have 64 bits; hello comes before that is agreed, with 32.
    func encoded(isWide: Bool) -> ByteBuffer {
      var buffer = ByteBuffer()
      buffer.reserveCapacity(16 + body.readableBytes)
      buffer.writeInteger(kind, endianness: .little)
      buffer.writeInteger(UInt32(body.readableBytes), endianness: .little)
      if isWide {
        buffer.writeInteger(id, endianness: .little)
      } else {
        buffer.writeInteger(UInt32(truncatingIfNeeded: id), endianness: .little)
      }
      buffer.writeImmutableBuffer(body)
      return buffer
    }
  }

  /// Bytes of the longest packet that makes sense: a whole transfer and its header.
  static let bodyLimit = EmulatedUSBDevice.transferLimit + 64
}

/// Cuts the bytes of a connection into packets. The first is hello, with a short id.
struct USBRedirDecoder: ByteToMessageDecoder {
  typealias InboundOut = USBRedir.Packet

  private var isWide = false

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let packet = try next(&buffer) else { return .needMoreData }
    context.fireChannelRead(wrapInboundOut(packet))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while let packet = try next(&buffer) { context.fireChannelRead(wrapInboundOut(packet)) }
    return .needMoreData
  }

  private mutating func next(_ buffer: inout ByteBuffer) throws -> USBRedir.Packet? {
    let start = buffer.readerIndex
    guard let kind: UInt32 = buffer.getInteger(at: start, endianness: .little) else { return nil }
    // Whoever does not begin with hello speaks something else; say so before waiting for more.
    if !isWide, kind != USBRedir.Kind.hello.rawValue {
      throw PeerError("the peer does not speak usbredir: no hello")
    }
    guard let length: UInt32 = buffer.getInteger(at: start + 4, endianness: .little) else {
      return nil
    }
    guard length <= (isWide ? USBRedir.bodyLimit : 4_096) else {
      throw PeerError("usbredir packet of kind \(kind) claims \(length) bytes")
    }
    let head = isWide ? 16 : 12
    guard buffer.readableBytes >= head + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: 8)
    let id: UInt64? =
      isWide
      ? buffer.readInteger(endianness: .little)
      : buffer.readInteger(endianness: .little, as: UInt32.self).map(UInt64.init)
    guard let id, let body = buffer.readSlice(length: Int(length)) else { return nil }
    isWide = true
    return USBRedir.Packet(kind: kind, id: id, body: body)
  }
}
