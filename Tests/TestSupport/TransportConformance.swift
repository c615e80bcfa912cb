import HardwareSpecs
public import ProbeHAL
import ProbeWire

/// A transport and what a test must be able to do to the console behind it, out of band.
public protocol TransportUnderTest: AnyObject {
  /// The one connection under test; closed at first. A console answers behind it.
  var transport: any ProbeTransport { get }
  /// Lets the console work for some milliseconds of its time.
  func pass(milliseconds: Int)
  func unplug()
  func plug()
  /// The console stalls its stream until told otherwise.
  func setStalled(_ isStalled: Bool)
}

/// What every back end must keep to, written against the seam alone: each rule gets a fresh subject
/// and throws the first thing that is not as it must be.
public enum TransportConformance {
  public struct Violation: Error, CustomStringConvertible {
    public var rule: String
    public var what: String
    public var description: String { "\(rule): \(what)" }
  }

  public struct Rule: Sendable, CustomStringConvertible {
    public var name: String
    let body: @Sendable (Session) throws -> Void
    public var description: String { name }

    public func check(_ subject: any TransportUnderTest) throws {
      try body(Session(subject, rule: name))
    }
  }

  public static let rules: [Rule] = [
    Rule(name: "beforeOpenEverythingIsClosed") { s in
      try s.expect(.closed) { try s.send(Start()) }
      for pipe in Session.pipes { try s.expect(.closed) { _ = try s.receive(pipe) } }
    },
    Rule(name: "openAndIdentifyAnswersWithTheNonceAsked") { s in
      try s.open()
      let reply = try s.identify(hostNonce: 0xC0FF_EE01)
      try s.require(reply.hostNonce == 0xC0FF_EE01, "answered \(reply.hostNonce)")
      try s.require(s.nonce != 0, "the connection's nonce is 0")
    },
    Rule(name: "openWithoutAConsoleIsNoDevice") { s in
      s.subject.unplug()
      try s.expect(.noDevice) { try s.open() }
      try s.expect(.closed) { _ = try s.receive(.stream) }
    },
    Rule(name: "receiveNeverWaits") { s in
      try s.stream()
      try s.drain()
      // No time passes for the console between these calls, so nothing can come: a call that
      // waited for data would never return.
      for _ in 0..<1_000 {
        for pipe in Session.pipes {
          let count = try s.receive(pipe)
          try s.require(count == 0, "\(count) bytes out of nothing on \(pipe)")
        }
      }
    },
    Rule(name: "wholeMessagesInOrder") { s in
      try s.stream()
      try s.drain()
      for _ in 0..<50 {
        s.subject.pass(milliseconds: 3)
        try s.drain()
      }
      try s.requireClean(lines: 140)
    },
    Rule(name: "smallSpacesCutNothing") { s in
      try s.stream()
      try s.drain()
      for step in 0..<10 {
        s.subject.pass(milliseconds: 3)
        try s.drain(chunk: 1 + step * 7)
      }
      try s.requireClean(lines: 25)
    },
    Rule(name: "whatWaitsIsKeptWhileNobodyReads") { s in
      try s.stream()
      s.subject.pass(milliseconds: 60)
      try s.drain()
      try s.requireClean(lines: 50)
    },
    Rule(name: "damagedCommandsGoThroughWhole") { s in
      // The transport carries bytes; judging them is the console's part (R11).
      try s.open()
      _ = try s.identify(hostNonce: 5)
      try s.sendDamaged()
      try s.send(SelfTestRequest())
      s.subject.pass(milliseconds: 3)
      try s.drain()
      try s.require(s.selfTests == 1, "\(s.selfTests) answers after a damaged command")
    },
    Rule(name: "stallIsAnErrorAndReopeningCures") { s in
      try s.stream()
      s.subject.setStalled(true)
      s.subject.pass(milliseconds: 3)
      try s.expect(.stalled) { try s.drain() }
      s.subject.setStalled(false)
      s.transport.close()
      try s.stream()
      s.subject.pass(milliseconds: 20)
      try s.drain()
      try s.requireClean(lines: 15)
    },
    Rule(name: "unplugMidStreamIsDisconnectedForGood") { s in
      try s.stream()
      s.subject.pass(milliseconds: 5)
      s.subject.unplug()
      for _ in 0..<3 {
        s.subject.pass(milliseconds: 1)
        for pipe in Session.inputs { try s.expect(.disconnected) { try s.drain(pipe) } }
        try s.expect(.disconnected) { try s.send(Stop()) }
      }
      s.transport.close()
      try s.expect(.noDevice) { try s.open() }
    },
    Rule(name: "quickUnplugAndPlugIsNotOverlooked") { s in
      try s.stream()
      s.subject.unplug()
      s.subject.plug()
      s.subject.pass(milliseconds: 5)
      try s.expect(.disconnected) { try s.drain(.stream) }
      try s.expect(.disconnected) { try s.send(Stop()) }
    },
    Rule(name: "reopenAfterPlugIsANewConnection") { s in
      try s.stream()
      s.subject.pass(milliseconds: 5)
      let old = s.nonce
      s.subject.unplug()
      s.subject.pass(milliseconds: 5)
      s.subject.plug()
      s.transport.close()
      try s.stream()
      try s.require(s.nonce != old, "the old connection's nonce is still good")
      s.subject.pass(milliseconds: 20)
      try s.drain()
      try s.requireClean(lines: 15)
    },
    Rule(name: "nothingOfAnOldConnectionArrives") { s in
      try s.stream()
      s.subject.pass(milliseconds: 20)
      s.transport.close()
      try s.open()
      for pipe in Session.pipes {
        let count = try s.receive(pipe)
        try s.require(count == 0, "\(count) bytes of the old connection on \(pipe)")
      }
    },
    Rule(name: "closeTwiceAndAtAnyTime") { s in
      s.transport.close()
      s.transport.close()
      try s.stream()
      s.subject.pass(milliseconds: 5)
      s.transport.close()
      s.transport.close()
      try s.expect(.closed) { _ = try s.receive(.stream) }
      try s.expect(.closed) { try s.send(Stop()) }
      s.subject.unplug()
      s.transport.close()
      s.subject.plug()
      try s.stream()
    },
    Rule(name: "closeAfterUnplugLeavesTheNextConnectionAlone") { s in
      try s.stream()
      s.subject.unplug()
      s.subject.plug()
      // Closing the old connection must not reset the console that was plugged in anew.
      s.transport.close()
      try s.stream()
      s.subject.pass(milliseconds: 10)
      try s.drain()
      try s.requireClean(lines: 5)
    },
  ]
}
