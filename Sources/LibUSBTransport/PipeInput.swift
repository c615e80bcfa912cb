import HardwareSpecs
import ProbeHAL
import Synchronization

/// What comes in on one pipe, in order, from the event thread to the control loop.
///
/// A long transfer is handed over as it is, and the control loop gives it back to the kernel; a
/// short one is copied into a ring, and the event thread gives it back at once. When the control loop is
/// behind, long ones are copied too; when the ring is full as well they stay with their data until it
/// has caught up, which holds the console back: nothing is dropped here.
package final class PipeInput: @unchecked Sendable {
  /// What waits: bytes at the front of the ring, or a transfer with its data.
  private enum Piece {
    case nothing
    case copied(Int)
    case whole(USBTransfer, Int)
  }

  let endpoint: ConsoleProtocol.Endpoint
  package let transfers: [USBTransfer]
  private let ring: ByteRing
  private let pieces: SlotRing<Piece>
  /// Small pieces leave room for every transfer.
  private let copiedLimit: Int
  private let copiedCount = Atomic<Int>(0)
  /// Transfers that wait with their data, and how many of them are no sign of a slow control loop.
  private let heldCount = Atomic<Int>(0)
  private let heldLimit: Int
  private let failureNow = Atomic<Int>(0)
  private let receivedBytes = Atomic<UInt64>(0)
  private let completions = Atomic<UInt64>(0)
  private let parkings = Atomic<UInt64>(0)
  /// Fewer bytes are copied sooner than the control loop could give their transfer back.
  private static let worthHandingOver = 8 << 10
  // Only the control loop: how much of the oldest piece it has taken, and of all.
  private var taken = 0
  private var takenBytes: UInt64 = 0

  /// - Throws: `bufferMemory`.
  package init(
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
    heldLimit = count / 2
    copiedLimit = max(ringBytes / 512, 1)
    var slots = 1
    while slots < copiedLimit + count { slots *= 2 }
    pieces = SlotRing(capacity: slots) { _ in .nothing }
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
  /// Control loop: bytes that came and were not taken out.
  var waiting: UInt64 { received - takenBytes }
  var completed: UInt64 { completions.load(ordering: .relaxed) }
  package var timesParked: UInt64 { parkings.load(ordering: .relaxed) }
  package var isEmpty: Bool { pieces.isEmpty }

  /// Event thread: keeps what a transfer brought, whole or partial.
  /// - Returns: whether the transfer is free again.
  package func keep(_ transfer: USBTransfer, count: Int) -> Bool {
    completions.add(1, ordering: .relaxed)
    defer { receivedBytes.add(UInt64(count), ordering: .releasing) }
    if count == 0 { return true }
    let held = heldCount.load(ordering: .acquiring)
    if count < Self.worthHandingOver || held >= heldLimit {
      if copy(transfer.buffer[..<count]) { return true }
      parkings.add(1, ordering: .relaxed)
    }
    heldCount.add(1, ordering: .acquiringAndReleasing)
    pieces.push { $0 = .whole(transfer, count) }
    return false
  }

  private func copy(_ bytes: Slice<UnsafeMutableRawBufferPointer>) -> Bool {
    guard copiedCount.load(ordering: .acquiring) < copiedLimit,
      ring.write(UnsafeRawBufferPointer(rebasing: bytes))
    else { return false }
    copiedCount.add(1, ordering: .acquiringAndReleasing)
    pieces.push { $0 = .copied(bytes.count) }
    return true
  }

  /// Control loop: moves the oldest bytes out; a transfer that is through goes to `free`.
  package func receive(
    into space: UnsafeMutableRawBufferPointer, free: (USBTransfer) -> Void
  ) -> Int {
    var moved = 0
    defer { takenBytes += UInt64(moved) }
    while moved < space.count {
      var oldest = Piece.nothing
      pieces.peek { oldest = $0 }
      let room = UnsafeMutableRawBufferPointer(rebasing: space[moved...])
      switch oldest {
      case .nothing: return moved
      case .copied(let count):
        let some = min(room.count, count - taken)
        moved += ring.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<some]))
        taken += some
        guard taken == count else { return moved }
        drop()
        copiedCount.subtract(1, ordering: .acquiringAndReleasing)
      case .whole(let transfer, let count):
        let some = min(room.count, count - taken)
        room.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: transfer.buffer[taken..<taken + some]))
        moved += some
        taken += some
        guard taken == count else { return moved }
        drop()
        heldCount.subtract(1, ordering: .acquiringAndReleasing)
        free(transfer)
      }
    }
    return moved
  }

  private func drop() {
    taken = 0
    pieces.pop { $0 = .nothing }
  }
}
