import CUMockdevShim

/// A piece of the memory of a program under test, copied here; what is changed goes back when the
/// request that it came with, or is given to, is completed.
///
/// Not thread-safe. Copying in and out waits for the program's answer.
final class ClientMemory {
  private let data: UnsafeMutablePointer<UMockdevIoctlData>

  /// The argument of the request that a program waits for the end of.
  init?(argumentOf file: UnsafeMutablePointer<UMockdevIoctlClient>) {
    guard let argument = umockdev_ioctl_client_get_arg(file) else { return nil }
    data = Self.retained(argument)
  }

  private init(owned: UnsafeMutablePointer<UMockdevIoctlData>) { data = owned }

  deinit { usbfs_release(data) }

  private static func retained(
    _ data: UnsafeMutablePointer<UMockdevIoctlData>
  ) -> UnsafeMutablePointer<UMockdevIoctlData> {
    _ = usbfs_retain(data)
    return data
  }

  /// Where it lies in the program.
  var address: UInt { UInt(data.pointee.client_addr) }

  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: data.pointee.data, count: Int(data.pointee.data_len))
  }

  /// What the pointer at `offset` points to; nil for no memory, or none that can be read.
  func follow(_ offset: Int = 0, count: Int) -> ClientMemory? {
    guard count > 0 else { return nil }
    return umockdev_ioctl_data_resolve(data, gsize(offset), gsize(count), nil)
      .map(ClientMemory.init(owned:))
  }

  /// What the argument points to, as a C structure; nil when it cannot be read.
  func follow<T>(as type: T.Type) -> T? {
    follow(count: MemoryLayout<T>.size)?.load(type)
  }

  func load<T>(_ type: T.Type) -> T { bytes.loadUnaligned(as: type) }
  func store<T>(_ value: T) { bytes.storeBytes(of: value, as: T.self) }

  /// Makes the pointer in it point to another piece.
  func point(at other: ClientMemory) { _ = umockdev_ioctl_data_set_ptr(data, 0, other.data) }
}
