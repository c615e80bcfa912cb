import Alignment
import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities

/// Everything that a console may show, as of one control step: copied out of the loop, shared by
/// all
/// who look.
public struct BenchView: Sendable {
  /// Counts the views; only grows.
  public var sequence: UInt64 = 0
  /// Wall clock, ms since 1970, for people; never for decisions.
  public var unixMS: Int64 = 0
  /// The machine's monotonic clock when it was made: to find out that the loop stands still.
  public var madeAtNS: UInt64 = 0
  /// Set when nothing newer came for so long that all of it is unknown by now (R29).
  public private(set) var standsStillFor: Nanoseconds?
  public var snapshot: BenchSnapshot
  public var isSearching = false
  /// Grows with every new instruction.
  public var instruction: UInt64 = 0
  public var isOvertaken = false
  /// Since the newest guidance, and the fit that it rests on; nil before the first of a search.
  public var guidanceAge: Nanoseconds?
  /// nil until a frame says where it is.
  public var handle: HandlePosition?
  public var isHandleMoving = false
  public var isSimulated = false
  public var isSwitchHeld = false
  public var stop = StopState()
  public var lease = ControlLease()
  public var log = EventLog()
  public var recording = RecordingState()
  /// Presses of the stop, those of a stop that was pressed already among them.
  public var stopPresses: UInt64 = 0
  /// From a frame being handed to the tracker to its result, since the bench began: median, 99 % and
  /// longest of so many; nil where the tracker is stepped.
  public var trackerDelay:
    (median: Nanoseconds, most: Nanoseconds, longest: Nanoseconds, count: UInt64)?

  var line: [Int16] = []
  var lineHeader: LineHeader?
  var sweep = SweepHistory()
  var points: [TrackPoint] = []
  var tracker: TrackerConfiguration
  var beam: BeamModel

  public var soundSpeedMPerS: Double { beam.soundSpeedMPerS }

  /// Of the newest frame; nil without one.
  public var frameAge: Nanoseconds? { snapshot.frame.map { snapshot.now - $0.received } }

  static let standsStill = "the bench's loop stands still"
  static let standsStillRemedy = "use the hard-wired stop, then start the console again"

  /// What may be said of this view now: ages go on when no newer view comes, and a loop that stands
  /// still must not look like a bench at rest.
  /// - Parameter now: the machine's monotonic clock, ns.
  package func seen(at now: UInt64) -> BenchView {
    guard now > madeAtNS + UInt64(Limits.shownUnknownAfter.count) else { return self }
    var view = self
    let age = Nanoseconds(Int64(clamping: now - madeAtNS))
    view.standsStillFor = age
    view.snapshot.now = snapshot.now + age
    view.snapshot.decision = nil
    view.snapshot.guidance = nil
    return view
  }

  init(snapshot: BenchSnapshot, tracker: TrackerConfiguration, beam: BeamModel) {
    self.snapshot = snapshot
    self.tracker = tracker
    self.beam = beam
  }
}

/// The stop of this console: latched from the moment that anyone asks for it.
public struct StopState: Equatable, Sendable {
  public var isActive = false
  /// Names this stop; a reset has to name it too.
  public var id = ""
  public var by = ""
}

/// What becomes of the journal.
public struct RecordingState: Equatable, Sendable {
  /// Where it is written; nil when it is not.
  public var name: String?
  public var isFailing = false
  /// Records that could not be written.
  public var lost: UInt64 = 0

  public init(name: String? = nil) { self.name = name }

  var words: String {
    guard let name else { return "off" }
    guard isFailing || lost > 0 else { return name }
    return "\(name): \(isFailing ? "CANNOT BE WRITTEN" : "INCOMPLETE"), \(lost) records lost"
  }
}

/// One point of the strip chart.
struct TrackPoint: Codable, Sendable {
  var sequence: UInt64
  var monotonicMs: Double
  var amplitudeDB: Double?
  var maximumDB: Double?
  var distanceMM: Double?
}
