import HardwareSpecs
import Quantities

/// Who the console says it is (R12).
public struct ConsoleIdentity: Equatable, Sendable {
  public var serial: SerialNumber
  public var firmwareHash: UInt64
  public var specHash: UInt64
  public var nonce: UInt32
  /// Counts the connections of this host; a new one forgets all of the old (R12).
  public var generation: UInt32

  public init(
    serial: SerialNumber, firmwareHash: UInt64, specHash: UInt64, nonce: UInt32, generation: UInt32
  ) {
    self.serial = serial
    self.firmwareHash = firmwareHash
    self.specHash = specHash
    self.nonce = nonce
    self.generation = generation
  }
}

/// What the tracker made of one frame, in whole numbers, each proved to be in range (R03).
public struct SignalObservation: Hashable, Sendable {
  /// Envelope peak re 1 LSB at nominal gain.
  public var amplitude: CentiDecibels
  /// Peak over noise of the same frame after the matched filter (R05).
  public var snr: CentiDecibels
  public var timeOfFlight: Nanoseconds

  public init(amplitude: CentiDecibels, snr: CentiDecibels, timeOfFlight: Nanoseconds) {
    self.amplitude = amplitude
    self.snr = snr
    self.timeOfFlight = timeOfFlight
  }
}

/// One A-line as it arrived, with what was found in it; `signal` is nil when nothing valid was.
public struct FrameObservation: Hashable, Sendable {
  public var sequence: UInt32
  public var nonce: UInt32
  public var deviceTime: DeviceInstant
  public var received: HostInstant
  public var payloadCRC: UInt32
  public var flags: FrameFlags
  public var handleRoll: Millidegrees
  public var handleLevel: Micrometres
  public var needleDepth: Micrometres
  public var signal: SignalObservation?
  /// Why there is no valid signal; bits as the tracker numbers them, shown and never decided on.
  public var invalidReasons: UInt16

  public init(
    sequence: UInt32, nonce: UInt32, deviceTime: DeviceInstant, received: HostInstant,
    payloadCRC: UInt32, flags: FrameFlags, handleRoll: Millidegrees, handleLevel: Micrometres,
    needleDepth: Micrometres, signal: SignalObservation?, invalidReasons: UInt16
  ) {
    self.sequence = sequence
    self.nonce = nonce
    self.deviceTime = deviceTime
    self.received = received
    self.payloadCRC = payloadCRC
    self.flags = flags
    self.handleRoll = handleRoll
    self.handleLevel = handleLevel
    self.needleDepth = needleDepth
    self.signal = signal
    self.invalidReasons = invalidReasons
  }
}

extension FrameObservation {
  /// The signal if its amplitude means something: not clipped, and at a gain that stands still (R04).
  var trueSignal: SignalObservation? {
    flags.isDisjoint(with: [.clipped, .gainSettling]) ? signal : nil
  }
}

/// What the operator did since the last step; each is an edge, never a level.
public struct OperatorEdges: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static var arm: Self { Self(rawValue: 1) }
  public static var disarm: Self { Self(rawValue: 2) }
  public static var acknowledge: Self { Self(rawValue: 4) }
  /// Forgets the maximum and searches anew; only while disarmed (R04).
  public static var beginSearch: Self { Self(rawValue: 8) }
  public static var finishSearch: Self { Self(rawValue: 16) }
}

/// Everything that one step decides on. What is nil is unknown, and unknown denies (R02).
public struct InterlockInputs: Equatable, Sendable {
  public var now: HostInstant
  /// Counts through suspend, unlike `now`; a difference between the two means a sleep (R15).
  public var bootTime: HostInstant?
  public var isConnected: Bool = false
  public var identity: ConsoleIdentity?
  /// A frame that arrived since the last step.
  public var frame: FrameObservation?
  /// Frames or messages refused for their checksum since the last step (R11).
  public var damaged: UInt32 = 0
  public var status: Fresh<SafetyStatus>?
  public var selfTest: Fresh<SelfTestReport>?
  public var isJournalWritable: Bool?
  public var isConfigurationValid: Bool?
  public var soundSpeed: MillimetresPerSecond?
  public var edges: OperatorEdges = []
  /// The fault that the operator saw and acknowledges (R20).
  public var acknowledged: FaultCause?

  public init(now: HostInstant) { self.now = now }
}
