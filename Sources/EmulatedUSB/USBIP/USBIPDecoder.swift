import NIOCore

/// Cuts the bytes of a USB/IP connection into requests: operations first, and commands once a device
/// has been imported.
struct USBIPDecoder: ByteToMessageDecoder {
  typealias InboundOut = USBIP.Request

  private var hasImported = false

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let request = try next(&buffer) else { return .needMoreData }
    context.fireChannelRead(wrapInboundOut(request))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while let request = try next(&buffer) { context.fireChannelRead(wrapInboundOut(request)) }
    return .needMoreData
  }

  private mutating func next(_ buffer: inout ByteBuffer) throws -> USBIP.Request? {
    try hasImported ? nextCommand(&buffer) : nextOperation(&buffer)
  }

  private mutating func nextOperation(_ buffer: inout ByteBuffer) throws -> USBIP.Request? {
    let start = buffer.readerIndex
    guard let version: UInt16 = buffer.getInteger(at: start),
      let code: UInt16 = buffer.getInteger(at: start + 2)
    else { return nil }
    guard version == USBIP.version else {
      throw PeerError("the peer speaks USB/IP \(hex(version)), this server \(hex(USBIP.version))")
    }
    switch code {
    case USBIP.Operation.deviceListRequest:
      guard buffer.readableBytes >= 8 else { return nil }
      buffer.moveReaderIndex(forwardBy: 8)
      return .deviceList
    case USBIP.Operation.importRequest:
      guard buffer.readableBytes >= 8 + USBIP.busIDBytes else { return nil }
      buffer.moveReaderIndex(forwardBy: 8)
      let bytes = buffer.readBytes(length: USBIP.busIDBytes) ?? []
      hasImported = true
      return .importDevice(busID: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    default: throw PeerError("USB/IP operation \(hex(code)) is unknown")
    }
  }

  private func nextCommand(_ buffer: inout ByteBuffer) throws -> USBIP.Request? {
    let start = buffer.readerIndex
    guard buffer.readableBytes >= USBIP.headerBytes else { return nil }
    func word(_ index: Int) -> UInt32 { buffer.getInteger(at: start + 4 * index) ?? 0 }
    let sequence = word(1)
    switch word(0) {
    case USBIP.Command.submit:
      let length = Int(word(6))
      let isInput = word(3) == 1
      guard word(3) <= 1, word(4) <= 15 else {
        throw PeerError("USB/IP names an endpoint that cannot be")
      }
      guard length <= EmulatedUSBDevice.transferLimit else {
        throw PeerError("USB/IP asks for a transfer of \(length) bytes")
      }
      let whole = USBIP.headerBytes + (isInput ? 0 : length)
      guard buffer.readableBytes >= whole else { return nil }
      let setup = buffer.viewBytes(at: start + 40, length: 8).flatMap { view in
        view.withUnsafeBytes { SetupPacket(bytes: $0) }
      }
      let endpoint = UInt8(word(4)) | (isInput ? 0x80 : 0)
      buffer.moveReaderIndex(forwardBy: USBIP.headerBytes)
      guard let setup, let data = buffer.readSlice(length: isInput ? 0 : length) else { return nil }
      return .submit(
        USBIP.Submit(
          sequence: sequence, isInput: isInput, endpoint: endpoint, length: length, setup: setup,
          data: data))
    case USBIP.Command.unlink:
      let other = word(5)
      buffer.moveReaderIndex(forwardBy: USBIP.headerBytes)
      return .unlink(sequence: sequence, of: other)
    default: throw PeerError("USB/IP command \(word(0)) is unknown")
    }
  }

  private func hex(_ code: UInt16) -> String { "0x" + String(code, radix: 16) }
}
