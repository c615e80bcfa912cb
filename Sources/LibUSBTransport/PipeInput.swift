import HardwareSpecs
import ProbeHAL
import Synchronization

/// What comes in on one pipe, in order, from the event thread to the control loop.
///
/// The event thread copies into a ring and gives the transfer back to the kernel at once. When the ring
/// is full, transfers are parked with their data until the control loop has caught up, which holds the
/// console back: nothing is dropped here.
final class PipeInput: @unchecked Sendable {
  let endpoint: ConsoleProtocol.Endpoint
  let transfers: [USBTransfer]
  private let ring: ByteRing
  /// Whole transfers newer than all that is in the ring; the ring takes no more while one is here.
  private let parked: SlotRing<USBTransfer?>
  private let parkedCount = Atomic<Int>(0)
  private let failureNow = Atomic<Int>(0)
  private let receivedBytes = Atomic<UInt64>(0)
  private let completions = Atomic<UInt64>(0)
  private let parkings = Atomic<UInt64>(0)
  // Only the control loop: how much of the oldest parked transfer it has taken.
  private var taken = 0

  /// - Throws: `bufferMemory`.
  init(
    _ endpoint: ConsoleProtocol.Endpoint, transfers count: Int, of bytes: Int, ringBytes: Int
  ) throws(TransportError) {
    self.endpoint = endpoint
    ring = ByteRing(capacity: ringBytes)
    var made: [USBTransfer] = []
    for _ in 0..<count {
      guard let transfer = USBTransfer(bytes: bytes) else { throw .bufferMemory() }
      made.append(transfer)
    }
    transfers = made
    var slots = 1
    while slots < count { slots *= 2 }
    parked = SlotRing(capacity: slots) { _ in nil }
  }

  var failure: PipeFailure {
    PipeFailure(rawValue: failureNow.load(ordering: .acquiring))
  }

  /// The first failure stays.
  func fail(_ failure: PipeFailure) {
    _ = failureNow.compareExchange(
      expected: PipeFailure.none.rawValue, desired: failure.rawValue, ordering: .releasing)
  }

  /// Bytes that libusb has handed over, taken out by the control loop or not.
  var received: UInt64 { receivedBytes.load(ordering: .acquiring) }
  var completed: UInt64 { completions.load(ordering: .relaxed) }
  var timesParked: UInt64 { parkings.load(ordering: .relaxed) }
  var isEmpty: Bool { ring.isEmpty && parkedCount.load(ordering: .acquiring) == 0 }

  /// Event thread: keeps what a transfer brought, whole or partial.
  /// - Returns: whether the transfer is free again; a parked one is not.
  func keep(_ transfer: USBTransfer, count: Int) -> Bool {
    completions.add(1, ordering: .relaxed)
    defer { receivedBytes.add(UInt64(count), ordering: .releasing) }
    if count == 0 { return true }
    if parkedCount.load(ordering: .acquiring) == 0, ring.write(transfer.contents) { return true }
    parkings.add(1, ordering: .relaxed)
    parked.push { $0 = transfer }
    parkedCount.add(1, ordering: .acquiringAndReleasing)
    return false
  }

  /// Control loop: moves the oldest bytes out; a parked transfer that is through goes to `free`.
  func receive(into space: UnsafeMutableRawBufferPointer, free: (USBTransfer) -> Void) -> Int {
    // Asked first: what is parked after this look is newer than what the ring then gives.
    let isParked = parkedCount.load(ordering: .acquiring) > 0
    let count = ring.read(into: space)
    if count > 0 || !isParked { return count }
    var moved = 0
    var finished: USBTransfer?
    parked.peek { slot in
      guard let transfer = slot else { return }
      let left = transfer.contents[taken...]
      moved = min(space.count, left.count)
      space.copyMemory(from: UnsafeRawBufferPointer(rebasing: left.prefix(moved)))
      taken += moved
      if moved == left.count { finished = transfer }
    }
    if let finished {
      taken = 0
      parked.pop { $0 = nil }
      parkedCount.subtract(1, ordering: .acquiringAndReleasing)
      free(finished)
    }
    return moved
  }
}
