/// The bench as `openapi.yaml` has it: what GET /api/v1/state answers and the stream sends.
///
/// What is not known is left out, never a number that stands for nothing.
struct ConsoleState: Codable, Sendable {
  var sequence: UInt64
  var time: Time
  var connection: Connection
  var device: Device?
  var interlock: Interlock
  var limits: LimitValues
  var stop: Stop
  var control: Control
  var searching: Bool
  var signal: Signal?
  var needle: Needle?
  var handle: Handle?
  var guidance: GuidanceWords?
  var fit: Fit?
  var sweep: [SweepHistory.Sample]
  var track: [TrackPoint]
  var counts: Counts
  var recording: Recording

  struct Time: Codable, Sendable {
    var unixMs: Int64
    var monotonicMs: Double
    var madeMs: Double
    var standsStillMs: Double?
  }

  struct Connection: Codable, Sendable {
    var state: String
    var error: String?
    var remedy: String?
  }

  struct Device: Codable, Sendable {
    var serial: String?
    var specHash: String?
    var firmware: String?
    var simulated: Bool
  }

  struct Interlock: Codable, Sendable {
    var state: String
    var armedForMs: Double?
    var checks: [Check]
    var fault: Refusal.Reason?
  }

  struct Check: Codable, Sendable {
    var id: String
    var title: String
    var kind: String
    var state: String
    var value: String?
    var limit: String
    var remedy: String
  }

  struct LimitValues: Codable, Sendable {
    var unknownAfterMs: Double
    var needleThrowMM: Double
    var peakDropDB: Double
    var amplitudeFloorDB: Double
    var distanceMinMM: Double
    var distanceMaxMM: Double
    var armingExpiresMs: Double
  }

  struct Stop: Codable, Sendable {
    var active: Bool
    var id: String?
    var by: String?
  }

  struct Control: Codable, Sendable {
    var held: Bool
    var holder: String?
    var silentMs: Double?
  }

  struct Signal: Codable, Sendable {
    var ageMs: Double
    var valid: Bool
    var samples: [Int]
    var envelope: [Int]
    var startNS: Double
    var sampleNS: Double
    var fullScale: Int
    var gateStartNS: Double
    var gateEndNS: Double
    var timeOfFlightNS: Double?
    var amplitudeDB: Double?
    var heldDB: Double?
    var maximumDB: Double?
    var snrDB: Double?
    var distanceMM: Double?
  }

  struct Needle: Codable, Sendable {
    var ageMs: Double
    var depthMM: Double
    var driveOn: Bool
    var leaseMs: Double
    var targetMM: Double?
    var progress: String?
    var switchHeld: Bool
    var trip: String
  }

  struct Handle: Codable, Sendable {
    var rollDeg: Double
    var levelMM: Double
    var moving: Bool
    var ageMs: Double
  }

  struct GuidanceWords: Codable, Sendable {
    var id: String
    var words: String
    var phase: String
    var kind: String
    var rotateDeg: Double?
    var rotateDegPerS: Double?
    var moveMM: Double?
    var moveMMPerS: Double?
    var overtakes: Bool
  }

  struct Fit: Codable, Sendable {
    var ageMs: Double
    var rollDeg: Double
    var sigmaRollDeg: Double
    var levelMM: Double
    var sigmaLevelMM: Double
    var distanceMM: Double
    var sigmaDistanceMM: Double
    var amplitudeDB: Double
    var rollHalfWidthDeg: Double
    var levelHalfWidthMM: Double
    var mainLobe: Bool
    var cuesAgree: Bool
  }

  struct Counts: Codable, Sendable {
    var frames: UInt64
    var lost: UInt64
    var late: UInt64
    var overruns: UInt64
    var damaged: UInt64
    var permits: UInt64
    var leases: UInt64
    var refusedCommands: UInt64
    var faults: Int
  }

  struct Recording: Codable, Sendable {
    var state: String
    var failing: Bool
    var lost: UInt64
  }
}
