import Foundation
import Glibc
import Hummingbird
import HummingbirdTesting
import NIOCore
import OperatorConsole
import Testing

/// Connections to a console that listens, one by one and without a client's manners.
@Suite struct ConnectionTests {
  /// One connection to this machine. Waits at most a minute for anything.
  final class Caller {
    let socket: Int32

    init(port: Int) throws {
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var patience = timeval(tv_sec: 60, tv_usec: 0)
      setsockopt(
        socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(socket) }

    func say(_ text: String) {
      var sent = Array(text.utf8)
      _ = send(socket, &sent, sent.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes first: nil when the console closes instead.
    func ask(_ text: String) -> String? {
      say(text)
      var space = [UInt8](repeating: 0, count: 4_096)
      let count = recv(socket, &space, space.count, 0)
      return count > 0 ? String(decoding: space[..<count], as: UTF8.self) : nil
    }

    /// Whether the console closes while a byte is said every 10 ms, a minute at most.
    func isLetGo(saying byte: String) -> Bool {
      for _ in 0..<6_000 {
        var look = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&look, 1, 10) > 0 else {
          say(byte)
          continue
        }
        var space = [UInt8](repeating: 0, count: 4_096)
        // An answer is not an end.
        if recv(socket, &space, space.count, 0) <= 0 { return true }
      }
      return false
    }
  }

  /// Those that the console has closed without being asked anything, once they are so many.
  static func closed(_ callers: [Caller], atLeast count: Int) -> Set<Int> {
    var closed: Set<Int> = []
    for _ in 0..<600 where closed.count < count {
      var looks = callers.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
      for index in closed { looks[index].fd = -1 }
      poll(&looks, nfds_t(looks.count), 100)
      for (index, look) in looks.enumerated() where look.revents != 0 { closed.insert(index) }
    }
    return closed
  }

  static let health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
  static let stop = "POST /api/v1/stop HTTP/1.1\r\nHost: elsewhere.example\r\n"

  /// Runs on a thread of its own: it waits, and the console needs the threads that tests share.
  static func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
    -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  static func status(_ answer: String?) -> Int? {
    answer?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  /// What callers saw who were too many.
  struct Seen: Sendable {
    var shed = 0
    var served: Int?
    var nonsense: Int?
    var beyond: String?
    var stop: Int?
    var isServedLater = false
  }

  static func callTooOften(port: Int) throws -> Seen {
    var seen = Seen()
    // 41 too many, or 42 where the test's own client holds a place.
    var callers: [Caller] = []
    for _ in 0..<(ConsoleServer.connectionsMax + 41) { callers.append(try Caller(port: port)) }
    let shed = closed(callers, atLeast: 41 - ConsoleServer.stopConnectionsMax)
    seen.shed = shed.count
    let open = callers.indices.filter { !shed.contains($0) }
    seen.served = status(callers[open[0]].ask(health))
    seen.nonsense = status(callers[open[1]].ask("nonsense\r\n\r\n"))
    seen.beyond = callers[open[open.count - 2]].ask(health)
    seen.stop = status(callers[open[open.count - 1]].ask(stop + "\r\n"))
    callers.removeAll()
    // Places come free as the console sees the connections go.
    for _ in 0..<200 where !seen.isServedLater {
      seen.isServedLater = status(try Caller(port: port).ask(health)) == 200
    }
    return seen
  }

  @Test func whoComesWhenAllPlacesAreTakenIsHeardForAStop() async throws {
    var patience = ConsoleServer.Patience()
    patience.stop = .seconds(60)
    let console = try TestedConsole(patience: patience)
    let server = console.server
    try await server.application().test(.live) { client in
      let port = try #require(client.port)
      let seen = try await Self.aside { try Self.callTooOften(port: port) }
      #expect(seen.shed == 25 || seen.shed == 26, "\(seen.shed)")
      #expect(seen.served == 200)
      #expect(seen.nonsense != 200)
      #expect(seen.beyond?.contains("503") == true)
      #expect(seen.beyond?.lowercased().contains("retry-after: 1") == true)
      #expect(seen.stop == 200)
      #expect(seen.isServedLater)
    }
    #expect(console.loop.view.stop.isActive)
  }

  @Test func whoComesWhenAllPlacesAreTakenIsHeardForAMomentOnly() async throws {
    var patience = ConsoleServer.Patience()
    patience.stop = .milliseconds(20)
    let console = try TestedConsole(patience: patience)
    try await console.server.application().test(.live) { client in
      let port = try #require(client.port)
      let closed = try await Self.aside {
        let callers = try (0..<(ConsoleServer.connectionsMax + 5)).map { _ in
          try Caller(port: port)
        }
        return Self.closed(callers, atLeast: 5).count
      }
      #expect(closed == 5 || closed == 6, "\(closed)")
    }
  }

  static let drips = [
    // A head without end, a body without end, and a body that nobody wants.
    ("GET /healthz HTTP/1.1\r\nX-Long: ", "x"),
    ("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n", "x"),
    (stop + "Content-Length: 4000\r\n\r\n", "x"),
    (stop + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ("POST /nothing HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n", "x"),
  ]

  @Test(arguments: drips)
  func whoDripsARequestIsLetGo(head: String, byte: String) async throws {
    var patience = ConsoleServer.Patience()
    patience.request = .milliseconds(200)
    let console = try TestedConsole(patience: patience)
    try await console.server.application().test(.live) { client in
      let port = try #require(client.port)
      let isLetGo = try await Self.aside {
        let caller = try Caller(port: port)
        caller.say(head)
        return caller.isLetGo(saying: byte)
      }
      #expect(isLetGo)
    }
  }

  /// Nothing of a stop is waited for once its head is there.
  @Test func aStopIsPressedBeforeItsBodyComes() async throws {
    let console = try TestedConsole()
    let loop = console.loop
    try await console.server.application().test(.live) { client in
      let port = try #require(client.port)
      let isPressed = try await Self.aside {
        let caller = try Caller(port: port)
        caller.say(Self.stop + "Content-Length: 10\r\n\r\n")
        // The caller stays connected while others ask what became of it.
        return try withExtendedLifetime(caller) {
          let watcher = try Caller(port: port)
          return (0..<2_000).contains { _ in
            _ = watcher.ask(Self.health)
            return loop.view.stop.isActive
          }
        }
      }
      #expect(isPressed)
    }
  }
}
