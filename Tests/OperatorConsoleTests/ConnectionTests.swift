import Foundation
import Glibc
import Hummingbird
import HummingbirdTesting
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

    /// What comes first: nil when the console closes instead.
    func ask(_ text: String) -> String? {
      var sent = Array(text.utf8)
      _ = send(socket, &sent, sent.count, Int32(MSG_NOSIGNAL))
      var space = [UInt8](repeating: 0, count: 4_096)
      let count = recv(socket, &space, space.count, 0)
      return count > 0 ? String(decoding: space[..<count], as: UTF8.self) : nil
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

  /// What callers saw who were too many.
  struct Seen: Sendable {
    var closed = 0
    var healthy: String?
    var nonsense: String?
    var isAnsweredLater = false
  }

  static func callTooOften(port: Int) throws -> Seen {
    var seen = Seen()
    // 41 too many, or 42 where the test's own client holds a place.
    var callers: [Caller] = []
    for _ in 0..<(ConsoleServer.connectionsMax + 41) { callers.append(try Caller(port: port)) }
    let closed = closed(callers, atLeast: 41)
    seen.closed = closed.count
    let open = callers.indices.filter { !closed.contains($0) }
    seen.healthy = callers[open[0]].ask(health)
    seen.nonsense = callers[open[1]].ask("nonsense\r\n\r\n")
    callers.removeAll()
    // Places come free as the console sees the connections go.
    for _ in 0..<200 where !seen.isAnsweredLater {
      seen.isAnsweredLater = try Caller(port: port).ask(health)?.hasPrefix("HTTP/1.1 200") == true
    }
    return seen
  }

  @Test func connectionsBeyondTheLimitAreClosedAtOnceAndTheOthersServed() async throws {
    let console = try TestedConsole()
    try await console.server.application().test(.live) { client in
      let port = try #require(client.port)
      // On a thread of its own: it waits, and the console needs the threads that tests share.
      let seen = try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
          continuation.resume(with: Result { try Self.callTooOften(port: port) })
        }
      }
      #expect(seen.closed == 41 || seen.closed == 42, "\(seen.closed)")
      #expect(seen.healthy?.hasPrefix("HTTP/1.1 200") == true)
      #expect(seen.nonsense?.hasPrefix("HTTP/1.1 200") != true)
      #expect(seen.isAnsweredLater)
    }
  }
}
