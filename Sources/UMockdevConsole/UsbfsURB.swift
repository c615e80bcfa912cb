import CUMockdevShim
import EmulatedUSB
import Glibc

/// A transfer that a program has submitted to usbfs: pending at the device, or ended and not reaped.
final class UsbfsURB {
  let token: UInt64
  let type: UInt8
  let endpoint: UInt8
  let length: Int
  /// Bytes on their way to the device, with the setup packet of a control transfer in front.
  let output: ClientMemory?
  private let memory: ClientMemory
  private var status: Int32 = 0
  private var count = 0
  private var input: [UInt8] = []

  var address: UInt { memory.address }
  var isControl: Bool { type == UInt8(USBDEVFS_URB_TYPE_CONTROL) }
  var isInput: Bool { endpoint & 0x80 != 0 }

  /// Fetches the transfer that the request's argument points to.
  /// - Throws: the `errno` of the request.
  init(_ argument: ClientMemory, token: UInt64) throws(Errno) {
    guard let memory = argument.follow(count: MemoryLayout<usbdevfs_urb>.size) else {
      throw Errno(EFAULT)
    }
    let urb = memory.load(usbdevfs_urb.self)
    self.memory = memory
    self.token = token
    type = urb.type
    endpoint = urb.endpoint
    length = Int(urb.buffer_length)
    let kinds = [USBDEVFS_URB_TYPE_CONTROL, USBDEVFS_URB_TYPE_BULK, USBDEVFS_URB_TYPE_INTERRUPT]
    guard length >= 0, kinds.contains(Int32(urb.type)) else { throw Errno(EINVAL) }
    guard length <= UsbfsFile.byteLimit else { throw Errno(ENOMEM) }
    if urb.type == UInt8(USBDEVFS_URB_TYPE_CONTROL) || urb.endpoint & 0x80 == 0, length > 0 {
      output = memory.follow(Self.bufferOffset, count: length)
      if output == nil { throw Errno(EFAULT) }
    } else {
      output = nil
    }
  }

  /// What becomes of it; the bytes are kept until the program reaps.
  func end(_ status: TransferStatus, count: Int, bytes: UnsafeRawBufferPointer? = nil) {
    self.status = -Self.errno(status)
    self.count = count
    if let bytes { input = Array(bytes) }
  }

  /// Puts the result into the program's memory, to go there with the request's completion.
  func deliver(to slot: ClientMemory) {
    var urb = memory.load(usbdevfs_urb.self)
    urb.status = status
    urb.actual_length = Int32(count)
    memory.store(urb)
    if !input.isEmpty {
      // Fetched only now and only so long: it has to be read before it may be written.
      let (buffer, offset) =
        isControl
        ? (output, SetupPacket.byteCount)
        : (memory.follow(Self.bufferOffset, count: input.count), 0)
      if let space = buffer?.bytes.dropFirst(offset) {
        UnsafeMutableRawBufferPointer(rebasing: space).copyBytes(from: input.prefix(space.count))
      }
    }
    slot.point(at: memory)
  }

  private static var bufferOffset: Int {
    // C lays out type, endpoint, status and flags in 12 bytes, and the pointer on the next 8.
    MemoryLayout<usbdevfs_urb>.offset(of: \.buffer) ?? 16
  }

  private static func errno(_ status: TransferStatus) -> Int32 {
    switch status {
    case .completed: 0
    case .stalled: EPIPE
    case .overflow: EOVERFLOW
    case .cancelled: ENOENT
    case .disconnected: ESHUTDOWN
    }
  }
}

/// Why the kernel would refuse a request.
struct Errno: Error, Equatable {
  var code: Int32
  init(_ code: Int32) { self.code = code }
}
