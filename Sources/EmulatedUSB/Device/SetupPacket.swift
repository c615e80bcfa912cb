/// The eight bytes that begin a control transfer (USB 2.0, 9.3).
public struct SetupPacket: Equatable, Sendable {
  public static var byteCount: Int { 8 }

  /// Direction, type and recipient.
  public var requestType: UInt8
  public var request: UInt8
  public var value: UInt16
  public var index: UInt16
  /// Bytes that the host sends, or at most takes.
  public var length: UInt16

  public init(requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, length: UInt16) {
    self.requestType = requestType
    self.request = request
    self.value = value
    self.index = index
    self.length = length
  }

  /// Nil unless there are exactly eight bytes; words are little endian on the bus.
  public init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ offset: Int) -> UInt16 {
      UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    self.init(
      requestType: bytes[0], request: bytes[1], value: word(2), index: word(4), length: word(6))
  }

  /// The device sends and the host takes.
  public var isInput: Bool { requestType & 0x80 != 0 }
}

/// Requests that every USB device answers (USB 2.0, table 9-4).
enum StandardRequest: UInt8 {
  case getStatus = 0
  case clearFeature = 1
  case setFeature = 3
  case setAddress = 5
  case getDescriptor = 6
  case getConfiguration = 8
  case setConfiguration = 9
  case getInterface = 10
  case setInterface = 11
}

/// What became of a control transfer.
public enum ControlOutcome: Equatable, Sendable {
  /// Done; the bytes for the host, empty when it sent some.
  case done([UInt8])
  /// The device does not know the request, or refuses it.
  case stalled
  /// Nothing is plugged in.
  case disconnected
}
