import CLibUSB
import Dispatch
import HardwareSpecs
import ProbeHAL
import Synchronization

/// One time of being connected to a console: claimed interfaces, transfers in flight, what came in.
///
/// Made by `open`, ended by `close`, never opened again: nothing of one connection can reach the next.
/// The control loop calls everything but `ended` and `sent`, which run on libusb's event thread; what
/// streams passes between the two through atomics and rings, and no lock.
final class USBConnection: @unchecked Sendable {
  let device: USBDevice
  let stream: PipeInput
  let safety: PipeInput
  private let outputs: [USBTransfer]
  private let handle: OpaquePointer
  private let interfaces: [Int32]
  private let isStopping = Atomic<Bool>(false)
  /// Transfers that libusb holds.
  private let pending = Atomic<Int>(0)
  private let pendingOutputs = Atomic<Int>(0)
  private let outputFailure = Atomic<Int>(0)
  private let unsentCommands = Atomic<UInt64>(0)
  private let isAwaited = Atomic<Bool>(false)
  private let somethingEnded = DispatchSemaphore(value: 0)

  /// Claims the console whole. Nothing is in flight before `start`.
  init(_ device: USBDevice, plan: TransferPlan) throws(TransportError) {
    self.device = device
    try Self.proveMemory(plan)
    stream = try PipeInput(
      .stream, transfers: plan.streamTransfers, of: plan.streamBytes, ringBytes: plan.ringBytes)
    safety = try PipeInput(
      .safety, transfers: plan.safetyTransfers,
      of: ConsoleProtocol.Endpoint.safety.maxPacket, ringBytes: 1 << 16)
    outputs = (0..<plan.commandTransfers).compactMap { _ in
      USBTransfer(bytes: ConsoleProtocol.Endpoint.command.maxPacket)
    }
    guard outputs.count == plan.commandTransfers else { throw .bufferMemory() }
    (handle, interfaces) = try device.claim()
  }

  /// Starts a new session on the console and puts the transfers in flight; whoever gets an error closes.
  func start() throws(TransportError) {
    // Before any transfer: the console forgets the session before this one, and what it had to say.
    try LibUSBStatus.check(libusb_set_interface_alt_setting(handle, 0, 0))
    for pipe in [safety, stream] {
      for transfer in pipe.transfers {
        pending.add(1, ordering: .acquiringAndReleasing)
        let code = transfer.submit(
          pipe.endpoint == .stream ? .bulk : .interrupt, to: handle,
          endpoint: pipe.endpoint.address
        ) { [self] in ended($0, $1, $2, of: pipe) }
        if code < 0 {
          pending.subtract(1, ordering: .acquiringAndReleasing)
          throw PipeFailure(submission: code).error ?? LibUSBStatus.error(code)
        }
      }
    }
  }

  private static func proveMemory(_ plan: TransferPlan) throws(TransportError) {
    if let limit = KernelBuffers.limitMegabytes, plan.kernelBytes > limit << 20 {
      throw .bufferMemory(megabytes: limit)
    }
  }

  // MARK: Control loop

  /// The console is gone, whoever noticed it.
  func lose() {
    stream.fail(.disconnected)
    safety.fail(.disconnected)
    failOutput(.disconnected)
    wake()
  }

  func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    if let error = PipeFailure(rawValue: outputFailure.load(ordering: .acquiring)).error {
      throw error
    }
    guard let transfer = outputs.first(where: { !$0.isPending }) else { throw .congested }
    transfer.buffer.copyMemory(from: pdu)
    pending.add(1, ordering: .acquiringAndReleasing)
    pendingOutputs.add(1, ordering: .acquiringAndReleasing)
    let code = transfer.submit(
      .bulk, to: handle, endpoint: ConsoleProtocol.Endpoint.command.address, count: pdu.count
    ) { [self] in sent($0, $1, $2) }
    guard code < 0 else { return }
    pendingOutputs.subtract(1, ordering: .acquiringAndReleasing)
    pending.subtract(1, ordering: .acquiringAndReleasing)
    let failure = PipeFailure(submission: code)
    if failure == .disconnected { lose() }
    failOutput(failure)
    throw failure.error ?? LibUSBStatus.error(code)
  }

  func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    guard let input = input(pipe) else { return 0 }
    let failure = input.failure
    let count = input.receive(into: space) { submitAgain($0, of: input) }
    // Asked before the data was, so that what a failed transfer brought is handed out before its error.
    if count == 0, space.count > 0, let error = failure.error { throw error }
    return count
  }

  /// Commands that the console did not take, or not to their end.
  var unsent: UInt64 { unsentCommands.load(ordering: .relaxed) }

  var isSending: Bool { pendingOutputs.load(ordering: .acquiring) > 0 }

  func input(_ pipe: Pipe) -> PipeInput? {
    switch pipe {
    case .stream: stream
    case .safety: safety
    case .command: nil
    }
  }

  /// Waits until something has come in or failed, or the time is over.
  func waitForArrival(milliseconds: Int) {
    isAwaited.store(true, ordering: .sequentiallyConsistent)
    let isIdle = [stream, safety].allSatisfy { $0.isEmpty && $0.failure == .none }
    if isIdle { _ = somethingEnded.wait(timeout: .now() + .milliseconds(milliseconds)) }
    isAwaited.store(false, ordering: .sequentiallyConsistent)
  }

  /// In rounds of `wait`: commands under way get this long, then everything is cancelled; a callback
  /// that has not come after `callbacks` leaves its transfer, and with it this connection, abandoned.
  private static let patience = (outputs: 10, callbacks: 300)

  /// Marks, lets commands under way go out, cancels, awaits every callback, starts an empty session,
  /// releases, closes.
  /// - Returns: how many transfers had to be abandoned, with their memory.
  func close() -> Int {
    // First of all: no transfer begins anew, so that those that end while others are waited for are few.
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wait(rounds: Self.patience.outputs) { pendingOutputs.load(ordering: .acquiring) == 0 }
    for transfer in outputs + stream.transfers + safety.transfers { transfer.cancel() }
    wait(rounds: Self.patience.callbacks) { pending.load(ordering: .acquiring) == 0 }
    let abandoned = pending.load(ordering: .acquiring)
    guard abandoned == 0 else { return abandoned }
    for transfer in outputs + stream.transfers + safety.transfers { transfer.forget() }
    if stream.failure != .disconnected { libusb_set_interface_alt_setting(handle, 0, 0) }
    for interface in interfaces { libusb_release_interface(handle, interface) }
    libusb_close(handle)
    return 0
  }

  /// Waits in rounds of 10 ms; a transfer that ends looks again and costs no round, so that at most the
  /// transfers in flight make it longer.
  private func wait(rounds: Int, until condition: () -> Bool) {
    isAwaited.store(true, ordering: .sequentiallyConsistent)
    var left = rounds
    while !condition(), left > 0 {
      if somethingEnded.wait(timeout: .now() + .milliseconds(10)) == .timedOut { left -= 1 }
      isAwaited.store(true, ordering: .sequentiallyConsistent)
    }
    isAwaited.store(false, ordering: .sequentiallyConsistent)
  }

  // MARK: Event thread

  private func ended(
    _ transfer: USBTransfer, _ status: libusb_transfer_status, _ count: Int, of pipe: PipeInput
  ) {
    let isStopping = isStopping.load(ordering: .sequentiallyConsistent)
    // Whatever the status: what came is kept.
    let isFree = pipe.keep(transfer, count: count)
    let failure = PipeFailure(status)
    if failure != .none, !isStopping {
      pipe.fail(failure)
      if failure == .disconnected { lose() }
    }
    if isFree, !isStopping, pipe.failure == .none {
      submitAgain(transfer, of: pipe)
    }
    pending.subtract(1, ordering: .acquiringAndReleasing)
    wake()
  }

  /// Event thread or control loop: gives a free transfer back to the kernel.
  private func submitAgain(_ transfer: USBTransfer, of pipe: PipeInput) {
    guard pipe.failure == .none else { return }
    pending.add(1, ordering: .acquiringAndReleasing)
    let code = transfer.resubmit()
    if code < 0 {
      pending.subtract(1, ordering: .acquiringAndReleasing)
      let failure = PipeFailure(submission: code)
      pipe.fail(failure)
      if failure == .disconnected { lose() }
    } else if isStopping.load(ordering: .sequentiallyConsistent) {
      // `close` may have looked at it while it was idle.
      transfer.cancel()
    }
  }

  private func sent(_ transfer: USBTransfer, _ status: libusb_transfer_status, _ count: Int) {
    let failure = PipeFailure(status)
    if failure != .none || count < transfer.wantedCount {
      unsentCommands.add(1, ordering: .relaxed)
    }
    if failure != .none, !isStopping.load(ordering: .sequentiallyConsistent) {
      failOutput(failure)
      if failure == .disconnected { lose() }
    }
    pendingOutputs.subtract(1, ordering: .acquiringAndReleasing)
    pending.subtract(1, ordering: .acquiringAndReleasing)
    wake()
  }

  private func failOutput(_ failure: PipeFailure) {
    _ = outputFailure.compareExchange(
      expected: PipeFailure.none.rawValue, desired: failure.rawValue, ordering: .releasing)
  }

  private func wake() {
    if isAwaited.exchange(false, ordering: .sequentiallyConsistent) { somethingEnded.signal() }
  }
}
