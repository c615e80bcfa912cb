import Alignment
import BenchWorld
import ConsoleEmulator
import EmulatedUSB
import Foundation
import NIOCore
import NIOPosix
import ProbeHAL
import Quantities
import RigLink
import Scenarios
import Synchronization
import TestSupport
import Testing

/// A rig served and driven in one process, over a socket all the same.
@Suite struct RigLinkTests {
  private final class Served {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let host: BenchHost
    let server: RigServer
    let rig: RemoteRig

    init(consoles: Int = 1, pace: BenchHost.Pace = .stepped) throws {
      host = BenchHost(pace: pace) { now in
        (0..<consoles).map {
          HostedConsole(
            world: WorldParameters(), seed: UInt64($0),
            serial: SerialNumber(text: HostOptions.serial("PG-RIG-09", plus: $0)), specHash: 1,
            at: now)
        }
      }
      server = try RigServer.start(host, at: .tcp(host: "127.0.0.1", port: 0), group: group)
      host.start()
      rig = try RemoteRig(server.address)
    }

    deinit {
      rig.close()
      host.stop()
      server.stop()
      try? group.syncShutdownGracefully()
    }
  }

  @Test func handsMoveTheHandleWhenTimePasses() throws {
    let served = try Served()
    served.rig.turn(byDeg: 10, speed: 20)
    served.rig.move(byMM: -1, speed: 2)
    #expect(served.rig.isHandleMoving, "an order under way counts as motion")
    let state = try served.rig.perform(.pass(milliseconds: 2_000))
    #expect(abs(state.handleRollDeg - 10) < 0.01)
    #expect(abs(state.handleLevelMM + 1) < 0.001)
    #expect(!served.rig.isHandleMoving)
    #expect(served.rig.handle.rollDeg == state.handleRollDeg)
  }

  @Test func aHandThatStaysWhereItIsIsToldOfOnce() throws {
    let served = try Served()
    let before = try served.rig.perform(.look).carriedOut
    for _ in 0..<50 { served.rig.set(.held) }
    #expect(try served.rig.perform(.look).carriedOut == before + 2, "one order, and the look")
    // A bench that is set up anew has a hand that was never told.
    let anew = try served.rig.perform(.load(world: WorldParameters(), seed: 1)).carriedOut
    served.rig.set(.held)
    #expect(try served.rig.perform(.look).carriedOut == anew + 2)
    served.rig.set(.released)
    #expect(try served.rig.perform(.look).carriedOut == anew + 4)
  }

  @Test func aStepPassesExactlyAsMuchTimeAsAsked() throws {
    let served = try Served()
    #expect(try served.rig.perform(.pass(milliseconds: 137)).report.seconds == 0.137)
    #expect(try served.rig.perform(.look).report.seconds == 0.137)
  }

  @Test func aBenchIsSetUpAnew() throws {
    let served = try Served()
    _ = try served.rig.perform(.pass(milliseconds: 50))
    var world = WorldParameters()
    world.start.rollErrorDeg = 33
    let state = try served.rig.perform(.load(world: world, seed: 5))
    #expect(state.report.seconds == 0)
    #expect(abs(state.report.geometry.rollErrorDeg - 33) < 3, "tremor is far less")
  }

  @Test func aLookAtTheClockFromBeforeABenchWasSetUpChangesNothing() {
    let console = HostedConsole(
      world: WorldParameters(), seed: 1, serial: SerialNumber(text: "PG-RIG-01"), specHash: 1,
      at: HostInstant(nanoseconds: 5_000_000))
    func seconds() -> Double { console.gate.run { $0.emulator.world.now } }
    console.advance(to: HostInstant(nanoseconds: 3_000_000))
    #expect(seconds() == 0)
    console.advance(to: HostInstant(nanoseconds: 7_000_000))
    #expect(seconds() == 0.002)
  }

  @Test func unplugAndPlugAreSeen() throws {
    let served = try Served()
    #expect(!(try served.rig.perform(.beginFault(.unplug, amount: nil, seconds: 1))).isPlugged)
    #expect(try served.rig.perform(.endFault(.unplug)).isPlugged)
  }

  @Test func faultsAreKnownHereAsSoonAsTheyAreOrdered() throws {
    let served = try Served()
    served.rig.begin(.stall, amount: nil, for: 1)
    #expect(served.rig.hasActiveFaults)
    served.rig.end(.stall)
    #expect(!served.rig.hasActiveFaults)
    // A bench that is set up anew has none.
    served.rig.begin(.stall, amount: nil, for: 1)
    _ = try served.rig.perform(.load(world: WorldParameters(), seed: 1))
    #expect(!served.rig.hasActiveFaults)
  }

  @Test func aStalledHostStallsHereAndIsJudgedThere() throws {
    let served = try Served()
    var stalled: [Double] = []
    served.rig.stallHost = { stalled.append($0) }
    served.rig.begin(.hostStall, amount: nil, for: 0.1)
    #expect(stalled == [0.1])
    // The console's own time goes on as before.
    #expect(try served.rig.perform(.pass(milliseconds: 5)).report.seconds == 0.005)
  }

  @Test func consolesAreToldApart() throws {
    let served = try Served(consoles: 2)
    let other = try RemoteRig(served.server.address, console: 1)
    defer { other.close() }
    #expect(served.rig.state.serial == "PG-RIG-09")
    #expect(other.state.serial == "PG-RIG-10")
    _ = try other.perform(.beginFault(.unplug, amount: nil, seconds: 1))
    #expect(try served.rig.perform(.look).isPlugged)
    // A run names its console by serial: it must get that console's rig, never another one's.
    let bySerial = try RemoteRig.serving(serial: "PG-RIG-10", at: served.server.address)
    defer { bySerial.close() }
    #expect(bySerial.state.serial == "PG-RIG-10")
    #expect(throws: RigLinkError.refused("it has no console X, only PG-RIG-09, PG-RIG-10")) {
      _ = try RemoteRig.serving(serial: "X", at: served.server.address)
    }
    #expect(throws: RigLinkError.refused("there is no console 2")) {
      _ = try RemoteRig(served.server.address, console: 2)
    }
  }

  // R03
  @Test func whatNoConsoleCanDoIsRefusedAndTheConsoleLivesOn() throws {
    let served = try Served()
    var far = WorldParameters()
    far.anatomy.separationMM = 1e300
    var late = USBFaults()
    late.delayMilliseconds = .max
    let actions: [(RigRequest.Action, String)] = [
      (.load(world: far, seed: 1), "separation"), (.turn(byDeg: 1e300, speed: 1), "degrees"),
      (.move(byMM: -1e300, speed: 1), "mm"), (.link(late), "ms of delay"),
      (.beginFault(.gainDrift, amount: nil, seconds: 1e300), "seconds"),
      (.beginFault(.clockJump, amount: 1e300, seconds: 1), "ms is out of range"),
    ]
    for (action, word) in actions {
      #expect { try served.rig.perform(action) } throws: { "\($0)".contains(word) }
    }
    #expect(WorldParameters().flaw == nil)
    #expect(try served.rig.perform(.pass(milliseconds: 10)).report.seconds == 0.01)
  }

  @Test func timeThatPassesByItselfIsNotStepped() throws {
    let served = try Served(pace: .real)
    #expect(throws: RigLinkError.refused("time passes by itself here")) {
      _ = try served.rig.perform(.pass(milliseconds: 1))
    }
  }

  @Test func nonsenseIsAnsweredAndEndsTheConnection() throws {
    let served = try Served()
    guard case .tcp(let host, let port) = served.server.address else { return }
    let answer = served.group.any().makePromise(of: String.self)
    let channel = try ClientBootstrap(group: served.group)
      .channelInitializer { channel in
        channel.pipeline.addHandler(AnswerReader(answer))
      }.connect(host: host, port: port).wait()
    try channel.writeAndFlush(ByteBuffer(string: "{\"id\": 1, \"action\": \"fly\"}\n")).wait()
    try channel.closeFuture.wait()
    #expect(try answer.futureResult.wait().contains("not a message of this rig"))
    // Others are served as before.
    #expect(try served.rig.perform(.pass(milliseconds: 1)).report.seconds == 0.001)
  }

  @Test func aRigThatIsNotThereIsNamed() {
    let nowhere = RigAddress.unix(path: "/nonexistent/rig")
    #expect { try RemoteRig(nowhere) } throws: { error in
      "\(error)".contains("/nonexistent/rig") && "\(error)".contains("peakgate emulate")
    }
  }

  @Test(arguments: [
    ("tcp:127.0.0.1:5020", RigAddress.tcp(host: "127.0.0.1", port: 5020)),
    ("unix:/run/rig", .unix(path: "/run/rig")),
  ])
  func addressesAreRead(_ text: String, _ address: RigAddress) {
    #expect(RigAddress(text) == address)
    #expect(RigAddress("\(address)") == address)
  }

  @Test(arguments: [
    "", "tcp:", "tcp:5020", "tcp::5020", "tcp:host:", "tcp:host:99999", "unix:", "x",
  ])
  func wrongAddressesAreNone(_ text: String) {
    #expect(RigAddress(text) == nil)
  }

  @Test(arguments: [
    ("PG-SIM-0001", 1, "PG-SIM-0002"), ("PG-09", 1, "PG-10"), ("A", 2, "A2"), ("X9", 0, "X9"),
  ])
  func serialsCountOn(_ first: String, _ count: Int, _ serial: String) {
    #expect(HostOptions.serial(first, plus: count) == serial)
  }

  // A console serves for days.
  @Test func tellingOfStatesNeverTakesALongerWay() {
    let host = BenchHost(pace: .stepped) { _ in [] }
    let depths = Mutex<[Int]>([])
    host.whenStatesAreDue {
      let depth = Thread.callStackReturnAddresses.count
      depths.withLock { $0.append(depth) }
    }
    for _ in 0..<20 { host.tellStatesAreDue() }
    #expect(depths.withLock { $0.count } == 20)
    #expect(depths.withLock { Set($0).count } == 1)
  }
}

private final class AnswerReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let answer: EventLoopPromise<String>
  private var text = ""

  init(_ answer: EventLoopPromise<String>) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text += String(buffer: unwrapInboundIn(data))
  }
  func channelInactive(context: ChannelHandlerContext) { answer.succeed(text) }
}
