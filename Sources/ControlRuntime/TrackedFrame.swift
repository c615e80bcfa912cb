import Alignment
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// A frame with what the tracker made of it.
public struct TrackedFrame: Sendable {
  public var header: LineHeader
  public var received: HostInstant
  /// From this frame alone.
  public var estimate: FrameEstimate
  /// Over the frames before it.
  public var track: TrackState
}

extension TrackedFrame {
  /// What the search for the alignment learns of it: what was measured in this frame, unless a track that
  /// stands contradicts it. Where signals are weak and tracks come and go the search needs every frame.
  package var sample: AlignmentSample {
    AlignmentSample(
      time: Double(header.deviceTime.nanoseconds) * 1e-9, rollDeg: header.handleRoll.degrees,
      levelMM: header.handleLevel.millimetres,
      amplitudeDB: estimate.amplitudeDB - header.gain.decibels,
      timeOfFlightNS: estimate.timeOfFlightNS, snrDB: estimate.snrDB,
      isValid: estimate.isValid && !track.isContradicted)
  }

  /// What the interlock decides by: a signal only if this very frame was weighed into the track.
  package var observation: FrameObservation {
    FrameObservation(
      sequence: header.sequence, nonce: header.nonce, deviceTime: header.deviceTime,
      received: received, payloadCRC: header.payloadCRC, flags: header.flags,
      handleRoll: header.handleRoll, handleLevel: header.handleLevel,
      needleDepth: header.needleDepth,
      signal: track.integers().map {
        SignalObservation(
          amplitude: $0.amplitude - header.gain, snr: $0.snr, timeOfFlight: $0.timeOfFlight)
      },
      invalidReasons: track.reasons.rawValue)
  }
}

/// What the tracker's queue did; every frame that was handed over is processed or an overrun.
public struct TrackerCounts: Equatable, Sendable {
  public var processed: UInt64 = 0
  /// Results that took longer than the deadline from their frame's hand-over.
  public var late: UInt64 = 0
  /// Frames that found the ring full.
  public var overruns: UInt64 = 0
}
