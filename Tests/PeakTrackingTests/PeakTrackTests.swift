import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

@Suite struct PeakTrackTests {
  private func estimate(
    time: Double = 3200, amplitude: Double = 1000, snr: Double = 40, _ reasons: InvalidReasons = []
  ) -> FrameEstimate {
    var estimate = FrameEstimate(
      timeOfFlightNS: time, amplitude: amplitude, amplitudeDB: 20 * log10(amplitude), noise: 10,
      snrDB: snr, sigmaTimeNS: 1, reasons: reasons)
    estimate.sigmaAmplitudeDB = 0.2
    return estimate
  }

  private func instant(_ frame: Int) -> DeviceInstant {
    DeviceInstant(nanoseconds: UInt64(frame) * 1_000_000)
  }

  @Test func aTrackWithoutFramesIsInvalid() {
    let track = PeakTrack()
    #expect(!track.state.isValid)
    #expect(track.state.reasons == .noFrame)
    #expect(track.state.integers() == nil)
  }

  @Test func theTrackIsSurerThanItsFramesAndStatesHowMuch() {
    var random = SplitMix64(seed: 60)
    var track = PeakTrack()
    var (errors, stated) = (0.0, 0.0)
    for n in 1...2_000 {
      let e = estimate(time: 3200 + random.gaussian(), amplitude: 1000)
      let state = track.update(e, at: instant(n))
      guard n > 100 else { continue }
      errors += (state.timeOfFlightNS - 3200) * (state.timeOfFlightNS - 3200)
      stated += state.sigmaTimeNS * state.sigmaTimeNS
    }
    #expect(stated < 0.9 * 1_900, "seed 60: no surer than one frame")
    // What stands still is tracked better than what may move: never worse than stated.
    #expect(errors < 1.1 * stated, "seed 60: \(errors) against \(stated)")
  }

  @Test func whatIsHeldSinksAndIsForTheEyesOnly() {
    var track = PeakTrack()
    track.update(estimate(amplitude: 1000), at: instant(1_000))
    let later = track.update(estimate(amplitude: 100), at: instant(2_000))
    #expect(abs(later.heldAmplitudeDB! - 57) < 1e-9, "60 dB, and 3 dB/s for a second")
    #expect(abs(later.amplitudeDB - 40) < 1e-3)
    let lost = track.update(estimate(.saturated), at: instant(3_000))
    #expect(abs(lost.heldAmplitudeDB! - 54) < 1e-9)
    #expect(lost.amplitudeDB == 0)
  }

  @Test(arguments: 0..<InvalidReasons.count)
  func oneInvalidFrameInvalidatesAtOnceAndRestarts(bit: Int) {
    var track = PeakTrack()
    for n in 1...20 { track.update(estimate(), at: instant(n)) }
    #expect(track.state.isValid)
    let reason = InvalidReasons(rawValue: 1 << UInt16(bit))
    let bad = track.update(estimate(amplitude: 5000, snr: 11, reason), at: instant(21))
    #expect(!bad.isValid)
    #expect(bad.integers() == nil)
    #expect(bad.consecutiveFrames == 0)
    #expect(bad.amplitudeDB == 0)
    let next = track.update(estimate(amplitude: 300), at: instant(22))
    #expect(next.isValid)
    #expect(next.consecutiveFrames == 1)
    #expect(abs(next.amplitudeDB - 20 * log10(300)) < 1e-12)
    #expect(next.sigmaAmplitudeDB == 0.2)
  }

  @Test(arguments: [
    (12.0, 500.0, 16, true), (11.99, 0, 16, false), (12, 501, 16, false), (15, 0, 15, false),
  ])
  func aWeakFrameContinuesOnlyATrackThatKnowsWhereToLook(
    snr: Double, away: Double, frames: Int, isHeld: Bool
  ) {
    var track = PeakTrack(jumpLimitNS: 500, holdThresholdDB: 12)
    for n in 1...frames { track.update(estimate(time: 3200), at: instant(n)) }
    let weak = estimate(time: 3200 + away, snr: snr, .belowThreshold)
    let state = track.update(weak, at: instant(frames + 1))
    #expect(state.isValid == isHeld)
    #expect(state.snrDB == snr)
    #expect(state.consecutiveFrames == (isHeld ? UInt32(frames + 1) : 0))
  }

  @Test func aWeakFrameWithAnotherReasonNeverContinuesATrack() {
    var track = PeakTrack()
    for n in 1...20 { track.update(estimate(), at: instant(n)) }
    let state = track.update(estimate(snr: 15, [.belowThreshold, .saturated]), at: instant(21))
    #expect(!state.isValid)
  }

  @Test func snrIsThatOfTheNewestFrame() {
    var track = PeakTrack()
    for n in 1...20 { track.update(estimate(snr: 40), at: instant(n)) }
    #expect(track.update(estimate(snr: 17), at: instant(21)).snrDB == 17)
  }

  @Test func anotherPathRestartsInsteadOfBeingSmoothedOver() {
    var track = PeakTrack(jumpLimitNS: 500)
    for n in 1...20 { track.update(estimate(time: 3200), at: instant(n)) }
    let near = track.update(estimate(time: 3202), at: instant(21))
    #expect(near.timeOfFlightNS > 3200 && near.timeOfFlightNS < 3202)
    // Beyond what motion and noise can do, but not another path: followed when three agree.
    for n in 22...23 {
      let doubted = track.update(estimate(time: 3700), at: instant(n))
      #expect(abs(doubted.timeOfFlightNS - near.timeOfFlightNS) < 5)
    }
    let quick = track.update(estimate(time: 3700), at: instant(24))
    #expect(abs(quick.timeOfFlightNS - 3700) < 1e-9)
    #expect(quick.consecutiveFrames == 24)
    let far = track.update(estimate(time: 4300), at: instant(25))
    #expect(far.timeOfFlightNS == 4300)
    #expect(far.consecutiveFrames == 1)
  }

  /// R04, R06: what a permit is decided by does not follow one frame of something else.
  @Test func aSpikeNeverReachesTheSafetyCore() {
    var track = PeakTrack()
    var random = SplitMix64(seed: 62)
    for n in 1...400 {
      let isSpike = n > 20 && n % 7 < 2
      let state = track.update(
        estimate(
          time: 3200 + random.gaussian() + (isSpike ? 300 + 80 * Double(n % 7) : 0),
          amplitude: isSpike ? 6_000 + 3_000 * Double(n % 7) : 1_000),
        at: instant(n))
      #expect(state.isValid)
      #expect(abs(state.amplitudeDB - 60) < 1, "frame \(n), seed 62")
      #expect(abs(state.timeOfFlightNS - 3200) < 10, "frame \(n), seed 62")
    }
  }

  @Test func aFrameThatIsNotLaterIsRefused() {
    var track = PeakTrack()
    track.update(estimate(), at: instant(10))
    for frame in [10, 9, 0] {
      let state = track.update(estimate(), at: instant(frame))
      #expect(state.reasons == .outOfOrder, "frame \(frame)")
      #expect(state.integers() == nil)
    }
    #expect(track.update(estimate(), at: instant(11)).isValid)
  }

  @Test func integersAreRoundedToNearest() {
    var track = PeakTrack()
    let state = track.update(
      estimate(time: 3200.5, amplitude: 100, snr: 25.004), at: instant(1))
    #expect(
      state.integers()
        == TrackIntegers(
          amplitude: CentiDecibels(4000), snr: CentiDecibels(2500),
          timeOfFlight: Nanoseconds(3201)))
  }

  /// R03: what is not a number in range stops at the boundary.
  @Test func specialValuesNeverReachTheSafetyCore() {
    let refused: [Double] = [
      .nan, .signalingNaN, -.nan, .infinity, -.infinity, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, 0x1p63, -0x1p63, 0x1p31, -0x1p31, 1e18, -1e5,
    ]
    let fields: [WritableKeyPath<TrackState, Double>] = [
      \.amplitudeDB, \.timeOfFlightNS, \.newest.snrDB,
    ]
    let good = TrackState(newest: estimate(), at: instant(1), consecutiveFrames: 1)
    #expect(good.integers() != nil)
    for field in fields {
      for value in refused {
        var state = good
        state[keyPath: field] = value
        #expect(state.integers() == nil, "\(field) = \(value)")
      }
      for value in [0.0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude] {
        var state = good
        state[keyPath: field] = value
        #expect(state.integers() != nil, "\(field) = \(value)")
      }
    }
  }

  @Test func noBitPatternTrapsOrPassesOutOfRange() {
    var random = SplitMix64(seed: 51)
    var passed = 0
    for _ in 0..<200_000 {
      // Exponents near 1 now and then, so that some do pass.
      let bits = random.next()
      let value = Double(
        bitPattern: bits & 1 == 0 ? bits : bits & 0x001F_FFFF_FFFF_FFFF | 0x4000_0000_0000_0000)
      var track = PeakTrack()
      let e = FrameEstimate(
        timeOfFlightNS: value, amplitude: value, amplitudeDB: value, noise: value, snrDB: value,
        sigmaTimeNS: value, reasons: [])
      track.update(e, at: instant(1))
      let state = track.update(e, at: instant(2))
      guard let whole = state.integers() else { continue }
      passed += 1
      #expect(value.isFinite, "\(value), seed 51")
      #expect((-10_000...20_000).contains(whole.amplitude.count), "\(value), seed 51")
      #expect((-10_000...20_000).contains(whole.snr.count), "\(value), seed 51")
      #expect((0..<1_000_000_000).contains(whole.timeOfFlight.count), "\(value), seed 51")
    }
    #expect(passed > 1000, "the pattern must reach the passing side too: \(passed)")
  }

  @Test func notANumberIsNamed() {
    var track = PeakTrack()
    let state = track.update(estimate(amplitude: .nan), at: instant(1))
    #expect(state.reasons.contains(.notFinite))
    #expect(!state.isValid)
  }
}
