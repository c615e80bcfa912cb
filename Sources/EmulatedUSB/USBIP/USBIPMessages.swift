import HardwareSpecs
import NIOCore

/// The USB/IP protocol as the kernel's description gives it (Documentation/usb/usbip_protocol.rst):
/// what the side that has the devices needs of it. Everything is big endian.
enum USBIP {
  static let version: UInt16 = 0x0111

  enum Operation {
    static let deviceListRequest: UInt16 = 0x8005
    static let deviceListReply: UInt16 = 0x0005
    static let importRequest: UInt16 = 0x8003
    static let importReply: UInt16 = 0x0003
  }

  enum OperationStatus {
    static let done: UInt32 = 0
    static let noDevice: UInt32 = 4
    static let busy: UInt32 = 2
  }

  enum Command {
    static let submit: UInt32 = 1
    static let unlink: UInt32 = 2
    static let submitReply: UInt32 = 3
    static let unlinkReply: UInt32 = 4
  }

  /// Bytes of every command and reply before its data.
  static let headerBytes = 48
  static let busIDBytes = 32

  /// A transfer that the peer asks for.
  struct Submit: Equatable {
    var sequence: UInt32
    var isInput: Bool
    var endpoint: UInt8
    var length: Int
    var setup: SetupPacket
    var data: ByteBuffer
  }

  enum Request: Equatable {
    case deviceList
    case importDevice(busID: String)
    case submit(Submit)
    case unlink(sequence: UInt32, of: UInt32)
  }

  /// As Linux numbers them.
  enum Errno {
    static let noDevice: Int32 = -19
    static let invalid: Int32 = -22
    static let stall: Int32 = -32
    static let overflow: Int32 = -75
    static let unlinked: Int32 = -104
    static let shutdown: Int32 = -108
  }

  static func errno(_ status: TransferStatus) -> Int32 {
    switch status {
    case .completed: 0
    case .stalled: Errno.stall
    case .overflow: Errno.overflow
    case .cancelled: Errno.unlinked
    case .disconnected: Errno.shutdown
    }
  }

  // MARK: What goes to the peer

  static func operation(_ code: UInt16, status: UInt32) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeMultipleIntegers(version, code, status)
    return buffer
  }

  /// The record of one device in lists and in the answer to an import.
  static func writeDevice(busID: String, number: Int, to buffer: inout ByteBuffer) {
    writePadded("/sys/devices/pci0000:00/0000:00:01.0/usb1/" + busID, 256, to: &buffer)
    writePadded(busID, busIDBytes, to: &buffer)
    let highSpeed: UInt32 = 3
    buffer.writeMultipleIntegers(UInt32(1), UInt32(number + 1), highSpeed)
    buffer.writeMultipleIntegers(
      ConsoleProtocol.vendorID, ConsoleProtocol.productID, Descriptors.release)
    // Class, subclass, protocol; the configuration in force, how many there are, and interfaces.
    buffer.writeBytes([ConsoleProtocol.deviceClass, 0, 0, 0, 1, 1])
  }

  /// What follows a device in lists, for each interface.
  static func writeInterface(to buffer: inout ByteBuffer) {
    buffer.writeBytes([ConsoleProtocol.deviceClass, 0, 0, 0])
  }

  static func submitReply(
    _ sequence: UInt32, status: Int32, count: Int, bytes: UnsafeRawBufferPointer? = nil
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(headerBytes + (bytes?.count ?? 0))
    buffer.writeMultipleIntegers(Command.submitReply, sequence, UInt32(0), UInt32(0), UInt32(0))
    buffer.writeMultipleIntegers(status, UInt32(count), UInt32(0), UInt32(0), UInt32(0))
    buffer.writeInteger(UInt64(0))
    if let bytes { buffer.writeBytes(bytes) }
    return buffer
  }

  static func unlinkReply(_ sequence: UInt32, status: Int32) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeMultipleIntegers(Command.unlinkReply, sequence, UInt32(0), UInt32(0), UInt32(0))
    buffer.writeInteger(status)
    buffer.writeRepeatingByte(0, count: 24)
    return buffer
  }

  private static func writePadded(_ text: String, _ count: Int, to buffer: inout ByteBuffer) {
    let bytes = Array(text.utf8.prefix(count - 1))
    buffer.writeBytes(bytes)
    buffer.writeRepeatingByte(0, count: count - bytes.count)
  }
}
