import HardwareSpecs
import ProbeWire
import Quantities
import TestSupport

/// What a reader gave, kept beyond the call that it is valid in.
enum KeptItem: Equatable {
  case message(Envelope, [UInt8])
  case line(LineHeader, [UInt8])
  case damaged(WireError)

  init(_ item: StreamReader.Item) {
    switch item {
    case .message(let envelope, let payload): self = .message(envelope, Array(payload))
    case .line(let header, let samples): self = .line(header, Array(samples))
    case .damaged(let error): self = .damaged(error)
    }
  }

  /// Bytes that it had on the wire; damage has none of its own.
  var byteCount: Int {
    switch self {
    case .message(_, let payload):
      ConsoleProtocol.headerBytes + payload.count + ConsoleProtocol.crcBytes
    case .line(_, let samples): ConsoleProtocol.lineHeaderBytes + samples.count
    case .damaged: 0
    }
  }

  var isDamage: Bool { if case .damaged = self { true } else { false } }
}

/// What came out of a stream, and whether every byte is accounted for.
struct ReadStream: Equatable {
  var items: [KeptItem] = []
  var skipped: UInt64 = 0
  var waiting = 0
  /// After every piece: bytes in = bytes of items + skipped + waiting.
  var isAccounted = true

  /// - Parameter piece: the size of the next piece to hand over.
  init(_ bytes: [UInt8], piece: () -> Int) {
    var reader = StreamReader()
    var at = 0
    var ofItems = 0
    while at < bytes.count {
      let count = min(max(1, piece()), bytes.count - at)
      let space = reader.space(atLeast: count)
      let taken = min(count, space.count)
      precondition(taken > 0, "no space left: the reader is stuck")
      space.copyBytes(from: bytes[at..<(at + taken)])
      reader.wrote(taken)
      at += taken
      while let item = reader.next() {
        items.append(KeptItem(item))
        ofItems += items[items.count - 1].byteCount
        precondition(items.count <= bytes.count, "more items than bytes: the reader turns round")
      }
      if ofItems + Int(reader.bytesSkipped) + reader.bytesWaiting != at { isAccounted = false }
    }
    skipped = reader.bytesSkipped
    waiting = reader.bytesWaiting
  }
}

/// Pieces of a stream.
enum Wire {
  static func pdu<M: WireMessage>(_ message: M, sequence: UInt32 = 1) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(message, sequence: sequence, nonce: 0xAB_CDEF, into: $0)
    }
    return Array(bytes[..<length])
  }

  static func header(samples: Int, sequence: UInt32 = 1) -> LineHeader {
    LineHeader(
      magic: 0, message: 0, headerLength: 0, sequence: sequence, nonce: 0xAB_CDEF,
      deviceTime: DeviceInstant(nanoseconds: 123_456_789), sampleRateHz: 64_000_000,
      sampleCount: UInt16(samples), gain: CentiDecibels(-250), delay: Nanoseconds(1_000),
      flags: [.clipped], status: 3, handleRoll: Millidegrees(-12_345),
      handleLevel: Micrometres(6_789), needleDepth: Micrometres(42), pulseRateHz: 1_000,
      payloadCRC: 0, reserved: 0, headerCRC: 0)
  }

  static func line(
    samples: Int, sequence: UInt32 = 1, random: inout SplitMix64
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: LineCodec.byteCount(samples: samples))
    for index in ConsoleProtocol.lineHeaderBytes..<bytes.count {
      bytes[index] = UInt8(truncatingIfNeeded: random.next())
    }
    bytes.withUnsafeMutableBytes {
      LineCodec.seal(header(samples: samples, sequence: sequence), in: $0)
    }
    return bytes
  }

  /// Bytes in which no message begins.
  static func garbage(_ count: Int, random: inout SplitMix64) -> [UInt8] {
    (0..<count).map { _ in
      let byte = UInt8(truncatingIfNeeded: random.next())
      return byte == UInt8(ConsoleProtocol.magic & 0xFF) ? 0 : byte
    }
  }

  static func message(_ number: UInt32, random: inout SplitMix64) -> [UInt8] {
    switch random.below(4) {
    case 0:
      pdu(CommandReply(commandSequence: number, command: 2, status: .accepted), sequence: number)
    case 1: pdu(Disarm(decisionID: random.next()), sequence: number)
    case 2: pdu(Start(), sequence: number)
    default: line(samples: 1 + random.below(90), sequence: number, random: &random)
    }
  }
}
