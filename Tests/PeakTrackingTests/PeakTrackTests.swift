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
    for n in 1...3 { track.update(estimate(amplitude: 1000), at: instant(n)) }
    var later = track.state
    for n in 1_001...1_003 { later = track.update(estimate(amplitude: 100), at: instant(n)) }
    #expect(abs(later.heldAmplitudeDB! - 57) < 1e-9, "60 dB, and 3 dB/s for a second")
    #expect(abs(later.amplitudeDB - 40) < 1e-3)
    let lost = track.update(estimate(.saturated), at: instant(2_003))
    #expect(abs(lost.heldAmplitudeDB! - 54) < 1e-9)
    #expect(lost.amplitudeDB == 0)
    let spike = track.update(estimate(amplitude: 8000), at: instant(2_004))
    #expect(spike.heldAmplitudeDB! < 54, "what nothing bears out is not shown as a peak")
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
    #expect(bad.frames == 0)
    #expect(bad.amplitudeDB == 0)
    for n in 22...23 {
      let begun = track.update(estimate(amplitude: 300), at: instant(n))
      #expect(begun.reasons == .unconfirmed)
      #expect(begun.integers() == nil)
    }
    let next = track.update(estimate(amplitude: 300), at: instant(24))
    #expect(next.isValid)
    #expect(next.frames == 3)
    #expect(abs(next.amplitudeDB - 20 * log10(300)) < 1e-9)
    #expect(next.sigmaAmplitudeDB < 0.2)
  }

  @Test(arguments: [
    (12.0, 49.0, 16, true), (11.99, 0, 16, false), (12, 51, 16, false), (12, 501, 16, false),
    (15, 0, 15, false),
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
    #expect(state.reasons.contains(.belowThreshold) == !isHeld)
    #expect(state.frames == (isHeld ? UInt32(frames + 1) : 0))
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

  /// R04, R06: however far another path lies, its first two frames are nothing to act on; the third, when
  /// it agrees with them, is followed with what they say.
  @Test(arguments: [(3700.0, 1_000.0), (3800, 1_000), (9_000, 4_000), (3200, 5_000), (3200, 200)])
  func anotherPathIsFollowedWhenThreeFramesAgree(time: Double, amplitude: Double) {
    var track = PeakTrack(jumpLimitNS: 500)
    for n in 1...20 { track.update(estimate(time: 3200), at: instant(n)) }
    let near = track.update(estimate(time: 3202), at: instant(21))
    #expect(near.timeOfFlightNS > 3200 && near.timeOfFlightNS < 3202)
    for n in 22...23 {
      let state = track.update(estimate(time: time, amplitude: amplitude), at: instant(n))
      #expect(state.reasons == .unconfirmed)
      #expect(!state.isValid)
      #expect(state.integers() == nil)
      #expect(state.frames == 0)
      #expect(state.amplitudeDB == 0 && state.timeOfFlightNS == 0)
    }
    let followed = track.update(estimate(time: time, amplitude: amplitude), at: instant(24))
    #expect(followed.isValid)
    #expect(abs(followed.timeOfFlightNS - time) < 1e-9)
    #expect(abs(followed.amplitudeDB - 20 * log10(amplitude)) < 1e-9)
    #expect(followed.frames == 3)
  }

  /// R04, R06: what a permit is decided by does not follow one or two frames of something else, and what
  /// was foreseen does not stand for them.
  @Test(arguments: [300.0, 600, 5_000]) func aSpikeNeverReachesTheSafetyCore(away: Double) {
    var track = PeakTrack()
    var random = SplitMix64(seed: 62)
    for n in 1...400 {
      let isSpike = n > 20 && n % 7 < 2
      let state = track.update(
        estimate(
          time: 3200 + random.gaussian() + (isSpike ? away + 80 * Double(n % 7) : 0),
          amplitude: isSpike ? 6_000 + 3_000 * Double(n % 7) : 1_000),
        at: instant(n))
      guard n > 2, !isSpike else {
        #expect(state.integers() == nil, "frame \(n), seed 62")
        #expect(state.reasons == .unconfirmed, "frame \(n), seed 62")
        continue
      }
      // Back on its path the track is valid at once.
      #expect(state.isValid, "frame \(n), seed 62")
      #expect(abs(state.amplitudeDB - 60) < 1, "frame \(n), seed 62")
      #expect(abs(state.timeOfFlightNS - 3200) < 10, "frame \(n), seed 62")
    }
  }

  /// Nothing foreseen is ever given out: a valid state lies by what its own frame measured.
  @Test func aValidStateIsAlwaysNearItsOwnFrame() {
    let seed: UInt64 = 64
    var random = SplitMix64(seed: seed)
    var track = PeakTrack()
    var (valid, refused) = (0, 0)
    for n in 1...20_000 {
      // A place that is kept for some frames, among frames of anything.
      let isWild = random.uniform() < 0.3
      let e = estimate(
        time: isWild ? 2_000 + 4_000 * random.uniform() : 3_200 + 700 * Double(n / 40 % 3),
        amplitude: isWild ? pow(10, 1 + 3 * random.uniform()) : 1_000)
      let state = track.update(e, at: instant(n))
      guard state.isValid else {
        refused += 1
        continue
      }
      valid += 1
      // Seven deviations of the frame and of the track at most.
      #expect(abs(state.timeOfFlightNS - e.timeOfFlightNS) < 10 * 1.5, "frame \(n), seed \(seed)")
      #expect(abs(state.amplitudeDB - e.amplitudeDB) < 10 * 0.3, "frame \(n), seed \(seed)")
    }
    #expect(valid > 8_000 && refused > 5_000, "\(valid) valid, \(refused) refused")
  }

  /// A shadow's edge moves flight and amplitude from one frame to the next: it is followed at once, with what
  /// the frame itself measured.
  @Test(arguments: [
    (49.0, 0.0, true), (0, -2.9, true), (49, 2.9, true), (51, 0, false), (0, 3.1, false),
  ])
  func aStepThatAShadowMayMakeIsFollowedAtOnceAsMeasured(
    nanoseconds: Double, decibels: Double, isFollowed: Bool
  ) {
    var track = PeakTrack()
    for n in 1...50 { track.update(estimate(time: 3200), at: instant(n)) }
    var step = estimate(time: 3200 + nanoseconds, amplitude: 1000)
    step.amplitudeDB += decibels
    let state = track.update(step, at: instant(51))
    #expect(state.isValid == isFollowed)
    guard isFollowed else { return }
    #expect(abs(state.timeOfFlightNS - step.timeOfFlightNS) < 1e-6)
    #expect(abs(state.amplitudeDB - step.amplitudeDB) < 1e-6)
  }

  @Test func framesThatAgreeWithNothingAreNeverValid() {
    let seed: UInt64 = 63
    var random = SplitMix64(seed: seed)
    var track = PeakTrack()
    for n in 1...2_000 {
      let state = track.update(estimate(time: 1e6 * random.uniform()), at: instant(n))
      #expect(state.reasons == .unconfirmed, "frame \(n), seed \(seed)")
    }
  }

  /// R08: no track outlives the time for which a frame counts as fresh.
  @Test(arguments: [(30, true), (31, false), (10_000, false)])
  func aTrackIsForgottenOverAGap(milliseconds: Int, isKept: Bool) {
    var track = PeakTrack()
    for n in 1...20 { track.update(estimate(), at: instant(n)) }
    let next = track.update(estimate(time: 3_210), at: instant(20 + milliseconds))
    #expect(next.isValid == isKept)
    #expect(next.frames == (isKept ? 21 : 0))
    // Nor does a frame below the threshold continue what is so old.
    var weak = PeakTrack()
    for n in 1...20 { weak.update(estimate(), at: instant(n)) }
    let held = weak.update(estimate(snr: 13, .belowThreshold), at: instant(20 + milliseconds))
    #expect(held.isValid == isKept)
  }

  /// Nor over frames that all contradict it: then it is as old as the last that did not.
  @Test func aTrackIsForgottenOverFramesThatAreElsewhere() {
    var track = PeakTrack()
    for n in 1...20 { track.update(estimate(), at: instant(n)) }
    for n in 21...51 { track.update(estimate(time: 1_000 * Double(n)), at: instant(n)) }
    #expect(track.update(estimate(), at: instant(52)).reasons == .unconfirmed)
  }

  @Test func aFrameThatIsNotLaterIsRefused() {
    var track = PeakTrack()
    track.update(estimate(), at: instant(10))
    for frame in [10, 9, 0] {
      let state = track.update(estimate(), at: instant(frame))
      #expect(state.reasons == .outOfOrder, "frame \(frame)")
      #expect(state.integers() == nil)
    }
    for n in 11...13 { track.update(estimate(), at: instant(n)) }
    #expect(track.state.isValid)
  }

  @Test func integersAreRoundedToNearest() {
    var track = PeakTrack()
    for n in 1...3 {
      track.update(estimate(time: 3200.5, amplitude: 100, snr: 25.004), at: instant(n))
    }
    #expect(
      track.state.integers()
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
    let good = TrackState(newest: estimate(), at: instant(1), frames: 1)
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
      track.update(e, at: instant(2))
      let state = track.update(e, at: instant(3))
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
