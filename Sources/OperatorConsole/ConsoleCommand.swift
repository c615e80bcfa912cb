import Quantities

/// What somebody at a console asks for.
public enum ConsoleCommand: Equatable, Sendable {
  case takeControl
  /// The holder of the control lease is still there.
  case keepControl
  case giveControl
  case connect
  case selfTest
  case beginSearch
  case finishSearch
  case arm
  case disarm
  /// Names the fault that is acknowledged (R20).
  case acknowledge(fault: String)
  case advance(to: Micrometres)
  case retract(to: Micrometres)
  case enable
  case release
  /// Accepted from anyone, always.
  case stop(by: String)
  /// Names the stop that is reset.
  case resetStop(String)
  case turn(byDeg: Double, speed: Double)
  case move(byMM: Double, speed: Double)
  case stopHandle
  /// The simulated rig's own enable switch.
  case holdSwitch(Bool)

  /// As logs name it.
  public var name: String {
    switch self {
    case .takeControl: "take control"
    case .keepControl: "keep control"
    case .giveControl: "give control back"
    case .connect: "connect"
    case .selfTest: "self-test"
    case .beginSearch: "begin search"
    case .finishSearch: "finish search"
    case .arm: "arm"
    case .disarm: "disarm"
    case .acknowledge(let fault): "acknowledge \(fault)"
    case .advance(let depth): "advance to \(depth.millimetres) mm"
    case .retract(let depth): "retract to \(depth.millimetres) mm"
    case .enable: "enable"
    case .release: "release"
    case .stop: "stop"
    case .resetStop(let id): "reset \(id)"
    case .turn(let angle, _): "turn by \(angle)°"
    case .move(let distance, _): "move by \(distance) mm"
    case .stopHandle: "stop the handle"
    case .holdSwitch(let isHeld): isHeld ? "hold the switch" : "let the switch go"
    }
  }

  /// Only the holder of the control lease may ask for it.
  var needsControl: Bool {
    switch self {
    case .stop, .takeControl: false
    default: true
    }
  }

  /// Speaks for the page that has control, or wants it.
  var isOfOnePage: Bool {
    if case .stop = self { return false }
    return true
  }

  /// Comes so often that it would drown what else is in the log.
  var isLogged: Bool {
    switch self {
    case .keepControl, .turn, .move, .stopHandle, .release: false
    // The first press of a stop has an entry of its own; the others only count.
    case .stop: false
    default: true
    }
  }

  /// Something that a pressed stop forbids.
  var isForbiddenWhileStopped: Bool {
    switch self {
    case .arm, .advance, .retract, .enable, .holdSwitch(true), .turn, .move: true
    default: false
    }
  }
}

/// Who asks: a session, and the page of it that is speaking.
public struct Caller: Hashable, Sendable {
  public enum Role: String, Codable, Sendable { case observer, `operator` }
  public var id: String
  public var role: Role
  /// Pages of one browser share a session, but each is seen or hidden, alive or frozen, on its own:
  /// control belongs to one of them. Empty for who only watches.
  public var page: String

  public init(id: String, role: Role, page: String = "") {
    self.id = id
    self.role = role
    self.page = page
  }
}
