import Foundation
import NIOCore

/// Cuts a byte stream into lines of JSON, and decodes them.
struct JSONLineDecoder<Message: Decodable>: ByteToMessageDecoder {
  typealias InboundOut = Message

  /// No message is anywhere near as long.
  static var longest: Int { 1 << 20 }

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
      guard buffer.readableBytes <= Self.longest else { throw RigLinkError.lineTooLong }
      return .needMoreData
    }
    let line = buffer.readBytes(length: end - buffer.readableBytesView.startIndex) ?? []
    buffer.moveReaderIndex(forwardBy: 1)
    let message: Message
    do { message = try JSONDecoder().decode(Message.self, from: Data(line)) } catch {
      throw RigLinkError.notUnderstood(String(decoding: line.prefix(200), as: UTF8.self))
    }
    context.fireChannelRead(wrapInboundOut(message))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    .needMoreData
  }
}

enum JSONLines {
  static func line<Message: Encodable>(
    _ message: Message, allocator: ByteBufferAllocator
  ) throws -> ByteBuffer {
    var buffer = allocator.buffer(bytes: try JSONEncoder().encode(message))
    buffer.writeInteger(UInt8(ascii: "\n"))
    return buffer
  }
}

/// Why a rig cannot be used.
public enum RigLinkError: Error, Equatable, Sendable, CustomStringConvertible {
  case lineTooLong
  case notUnderstood(String)
  case unreachable(RigAddress, String)
  case refused(String)
  case lost(RigAddress)
  case silent(RigAddress)

  public var description: String {
    switch self {
    case .lineTooLong: "a message of more than \(JSONLineDecoder<RigReply>.longest) bytes"
    case .notUnderstood(let text): "not a message of this rig: \(text)"
    case .unreachable(let address, let reason):
      "no rig at \(address): \(reason); start one with 'peakgate emulate --rig \(address)'"
    case .refused(let reason): "the rig refuses: \(reason)"
    case .lost(let address): "the rig at \(address) has gone away"
    case .silent(let address): "the rig at \(address) does not answer"
    }
  }
}
