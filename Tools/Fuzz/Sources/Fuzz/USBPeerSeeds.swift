/// What peers of the emulated console say to it, in the order of a real connection.
enum USBPeerSeeds {
  /// USB/IP: a list; an import, then descriptors, a configuration, transfers, and one taken back.
  static var usbip: [[UInt8]] {
    let list = be(UInt16(0x0111)) + be(UInt16(0x8005)) + be(UInt32(0))
    let import11 =
      be(UInt16(0x0111)) + be(UInt16(0x8003)) + be(UInt32(0)) + Array("1-1".utf8)
      + [UInt8](repeating: 0, count: 29)
    let descriptor = submit(1, 0x80, length: 18, setup: [0x80, 6, 0, 1, 0, 0, 18, 0])
    let configure = submit(2, 0, length: 0, setup: [0, 9, 1, 0, 0, 0, 0, 0])
    let identify = submit(3, 1, length: 24, data: sealed([0]))
    let read = submit(4, 0x81, length: 512) + submit(5, 0x82, length: 64)
    let unlink =
      be(UInt32(2)) + be(UInt32(6)) + be(UInt32(0x10001)) + be(UInt32(0)) + be(UInt32(0))
      + be(UInt32(4)) + [UInt8](repeating: 0, count: 24)
    return [list, import11 + descriptor, import11 + configure + identify + read + unlink]
  }

  private static func submit(
    _ sequence: UInt32, _ address: UInt8, length: Int,
    setup: [UInt8] = [UInt8](repeating: 0, count: 8), data: [UInt8] = []
  ) -> [UInt8] {
    be(UInt32(1)) + be(sequence) + be(UInt32(0x10001)) + be(UInt32(address >> 7))
      + be(UInt32(address & 0x7F)) + be(UInt32(0)) + be(UInt32(max(length, data.count)))
      + [UInt8](repeating: 0, count: 12) + setup + data
  }

  /// usbredir: a greeting; a configuration, control, bulk and interrupt transfers, and one taken back.
  static var usbredir: [[UInt8]] {
    let hello =
      le(UInt32(0)) + le(UInt32(68)) + le(UInt32(0)) + [UInt8](repeating: 0x61, count: 64)
      + le(UInt32(0b111_1010))
    let configure = packet(6, id: 1, [1])
    let control = packet(100, id: 2, [0x80, 6, 0x80, 0] + le(UInt16(0x100)) + [0, 0, 18, 0])
    let command = sealed([0])
    let send = bulk(3, 1, length: command.count, data: command)
    let read = bulk(4, 0x81, length: 512) + packet(15, id: 5, [0x82])
    let rest = packet(21, id: 4, []) + packet(16, id: 6, [0x82]) + packet(3, id: 7, [])
    return [hello, hello + configure + control, hello + configure + send + read + rest]
  }

  private static func packet(_ kind: UInt32, id: UInt64, _ body: [UInt8]) -> [UInt8] {
    le(kind) + le(UInt32(body.count)) + le(id) + body
  }

  private static func bulk(
    _ id: UInt64, _ address: UInt8, length: Int, data: [UInt8] = []
  ) -> [UInt8] {
    packet(
      101, id: id,
      [address, 0] + le(UInt16(length & 0xFFFF)) + le(UInt32(0)) + le(UInt16(length >> 16)) + data)
  }

  private static func be<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian, Array.init)
  }

  private static func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}
