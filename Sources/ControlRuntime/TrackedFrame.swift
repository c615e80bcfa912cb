import HardwareSpecs
import PeakTracking
import Quantities

/// A frame with what the tracker made of it.
public struct TrackedFrame: Sendable {
  public var header: LineHeader
  public var received: HostInstant
  /// From this frame alone.
  public var estimate: FrameEstimate
  /// Over the frames before it.
  public var track: TrackState
}

/// What the tracker's queue did; every frame that was handed over is processed or an overrun.
public struct TrackerCounts: Equatable, Sendable {
  public var processed: UInt64 = 0
  /// Times that results were not there within the deadline; they come later.
  public var late: UInt64 = 0
  /// Frames that found the ring full.
  public var overruns: UInt64 = 0
}
