import HardwareSpecs
import NIOCore

/// What a session has to say to its peer.
extension USBRedirSession {
  func write(
    _ kind: USBRedir.Kind, _ id: UInt64 = 0, isWide: Bool = true, _ fill: (inout ByteBuffer) -> Void
  ) {
    var body = ByteBuffer()
    fill(&body)
    send(USBRedir.Packet(kind, id: id, body).encoded(isWide: isWide))
  }

  func writeConfiguration(_ id: UInt64, _ isDone: Bool, _ device: EmulatedUSBDevice) {
    let status = isDone ? USBRedir.Status.success : .stall
    let value = device.configuration
    write(.configurationStatus, id) { $0.writeBytes([status.rawValue, value]) }
  }

  func writeSetting(_ id: UInt64, _ interface: UInt8, _ isDone: Bool) {
    let status = isDone ? USBRedir.Status.success : .stall
    write(.altSettingStatus, id) { $0.writeBytes([status.rawValue, interface, 0]) }
  }

  func writeReceiving(_ id: UInt64, _ address: UInt8, _ status: USBRedir.Status) {
    write(.interruptReceivingStatus, id) { $0.writeBytes([status.rawValue, address]) }
  }

  func writeBulk(
    _ id: UInt64, _ address: UInt8, _ status: USBRedir.Status, _ count: Int,
    _ bytes: UnsafeRawBufferPointer?
  ) {
    write(.bulkPacket, id) { body in
      body.reserveCapacity(10 + (bytes?.count ?? 0))
      body.writeBytes([address, status.rawValue])
      body.writeInteger(UInt16(truncatingIfNeeded: count), endianness: .little)
      body.writeInteger(UInt32(0), endianness: .little)
      if hasLongLengths {
        body.writeInteger(UInt16(truncatingIfNeeded: count >> 16), endianness: .little)
      }
      if let bytes { body.writeBytes(bytes) }
    }
  }

  func writeInterrupt(
    _ id: UInt64, _ address: UInt8, _ status: USBRedir.Status, _ bytes: UnsafeRawBufferPointer?
  ) {
    write(.interruptPacket, id) { body in
      body.writeBytes([address, status.rawValue])
      body.writeInteger(UInt16(bytes?.count ?? 0), endianness: .little)
      if let bytes { body.writeBytes(bytes) }
    }
  }
}
