import Alignment
import BenchWorld
import ConsoleEmulator
import Foundation
import NIOCore
import NIOPosix
import Scenarios
import Synchronization

/// The rig of a console that another process emulates.
///
/// Orders go out at once and nothing waits for them; what is shown is the newest state that came, up to
/// `RigState.interval` old. Only `connect`, `perform` and `finish` wait.
public final class RemoteRig: BenchRig, @unchecked Sendable {
  public let address: RigAddress
  private let console: Int
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let inbox: RigInbox
  // Only the thread of the run.
  private var newestRequest: UInt64 = 0
  private var newestMotion: UInt64 = 0
  private var isClosed = false
  private var activeFaults: Set<FaultKind> = []
  private var newestPosition: EnableSwitchPosition?
  /// Stalls the host itself for some seconds: a fault that only this end can have.
  public var stallHost: ((_ seconds: Double) -> Void)?

  /// Connects, and asks for states to come by themselves.
  /// - Parameter console: which of the consoles that are served there.
  public init(_ address: RigAddress, console: Int = 0) throws(RigLinkError) {
    self.address = address
    self.console = console
    let inbox = RigInbox()
    self.inbox = inbox
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(JSONLineDecoder<RigReply>()), RigReader(inbox))
        }
      }
    do {
      switch address {
      case .tcp(let host, let port):
        channel = try bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .connect(host: host, port: port).wait()
      case .unix(let path): channel = try bootstrap.connect(unixDomainSocketPath: path).wait()
      }
    } catch {
      throw .unreachable(address, "\(error)")
    }
    try perform(.follow)
  }

  /// The rig of one console among those that are served at an address.
  /// - Throws: `refused` when none of them has this serial.
  public static func serving(
    serial: String, at address: RigAddress
  ) throws(RigLinkError) -> RemoteRig {
    var others: [String] = []
    for console in 0..<BenchHost.consolesMax {
      let rig: RemoteRig
      do throws(RigLinkError) { rig = try RemoteRig(address, console: console) } catch {
        guard case .refused = error, console > 0 else { throw error }
        break
      }
      if rig.state.serial == serial { return rig }
      others.append(rig.state.serial)
      rig.close()
    }
    throw .refused("it has no console \(serial), only \(others.joined(separator: ", "))")
  }

  deinit { close() }

  /// Lets go of the rig; the bench there goes on. Safe to call twice.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }

  /// Has something done, and waits until it is.
  /// - Throws: `refused`, `lost`, or `silent` after ten seconds.
  @discardableResult
  public func perform(_ action: RigRequest.Action) throws(RigLinkError) -> RigState {
    inbox.expect(newestRequest + 1)
    let id = send(action)
    guard let reply = inbox.wait(for: id, seconds: 10) else {
      if let reason = inbox.complaint { throw .refused(reason) }
      throw inbox.isLost ? .lost(address) : .silent(address)
    }
    if let error = reply.error { throw .refused(error) }
    guard let state = reply.state else { throw .notUnderstood("an answer without a state") }
    return state
  }

  /// The newest state that came.
  public var state: RigState { inbox.state }

  /// In the order of the calls; the words are made on the event loop, and cost the caller nothing.
  @discardableResult
  private func send(_ action: RigRequest.Action) -> UInt64 {
    newestRequest += 1
    if case .load = action { (newestPosition, activeFaults) = (nil, []) }
    let request = RigRequest(id: newestRequest, console: console, action: action)
    channel.eventLoop.execute { [channel] in
      if let line = try? JSONLines.line(request, allocator: channel.allocator) {
        channel.writeAndFlush(line, promise: nil)
      }
    }
    return newestRequest
  }

  // MARK: Hands

  public var handle: HandlePosition {
    let state = inbox.state
    return HandlePosition(rollDeg: state.handleRollDeg, levelMM: state.handleLevelMM)
  }

  /// A motion that was ordered counts as under way until the rig says otherwise.
  public var isHandleMoving: Bool {
    let state = inbox.state
    return state.carriedOut < newestMotion || state.isHandleMoving
  }

  public func turn(byDeg angle: Double, speed: Double) {
    newestMotion = send(.turn(byDeg: angle, speed: speed))
  }
  public func move(byMM distance: Double, speed: Double) {
    newestMotion = send(.move(byMM: distance, speed: speed))
  }
  public func stopHandle() { send(.stopHandle) }

  /// A hand that stays where it is, as it is told in every step, is no news to the rig.
  public func set(_ position: EnableSwitchPosition) {
    guard position != newestPosition else { return }
    newestPosition = position
    send(.enableSwitch(position))
  }
  public func setEstop(_ isPressed: Bool) { send(.estop(isPressed: isPressed)) }

  // MARK: Faults

  public func begin(_ kind: FaultKind, amount: Double?, for seconds: Double) {
    activeFaults.insert(kind)
    send(.beginFault(kind, amount: amount, seconds: seconds))
    if kind == .hostStall { stallHost?(seconds) }
  }

  public func end(_ kind: FaultKind) {
    activeFaults.remove(kind)
    send(.endFault(kind))
  }

  public var hasActiveFaults: Bool { !activeFaults.isEmpty }

  // MARK: Truth

  public var report: RigReport { inbox.state.report }
  public var hasAdvanced: Bool { inbox.state.report.hasAdvanced }

  /// A rig that has gone away is not known to have its drive off, and its report says so.
  public func finish() -> RigReport {
    if let state = try? perform(.look) { return state.report }
    var report = inbox.state.report
    report.isEnergised = true
    report.unsafeReasons.append("the rig went away before its last report")
    return report
  }
}

/// What came from the rig, between the event loop and the thread of the run.
private final class RigInbox: @unchecked Sendable {
  private let condition = NSCondition()
  private var newest = RigState()
  private var replies: [UInt64: RigReply] = [:]
  private var waitedFor: UInt64?
  private var hasEnded = false
  private var newestComplaint: String?

  var state: RigState {
    condition.lock()
    defer { condition.unlock() }
    return newest
  }

  var isLost: Bool {
    condition.lock()
    defer { condition.unlock() }
    return hasEnded
  }

  /// What the rig said to nobody in particular before it hung up.
  var complaint: String? {
    condition.lock()
    defer { condition.unlock() }
    return newestComplaint
  }

  func take(_ reply: RigReply) {
    condition.lock()
    defer { condition.unlock() }
    if let state = reply.state { newest = state }
    if reply.id == nil, let error = reply.error { newestComplaint = error }
    guard let id = reply.id, id == waitedFor else { return }
    replies[id] = reply
    condition.broadcast()
  }

  func end() {
    condition.lock()
    defer { condition.unlock() }
    hasEnded = true
    condition.broadcast()
  }

  /// The answer to this request is going to be waited for.
  func expect(_ id: UInt64) {
    condition.lock()
    defer { condition.unlock() }
    waitedFor = id
  }

  /// nil when the rig went away or the time is over.
  func wait(for id: UInt64, seconds: Double) -> RigReply? {
    condition.lock()
    defer { condition.unlock() }
    let end = Date(timeIntervalSinceNow: seconds)
    while replies[id] == nil, !hasEnded {
      if !condition.wait(until: end) { break }
    }
    waitedFor = nil
    return replies.removeValue(forKey: id)
  }
}

private final class RigReader: ChannelInboundHandler {
  typealias InboundIn = RigReply
  private let inbox: RigInbox

  init(_ inbox: RigInbox) { self.inbox = inbox }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    inbox.take(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) {
    inbox.end()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
