import BenchWorld
import Foundation
import Testing

@Suite struct Acoustics {
  @Test(arguments: [2.8, 4.0, 5.9, 8.0, 11.0])
  func onAxisAmplitudeFollowsADirectRayleighIntegral(separation: Double) {
    let world = BenchWorld(stillParameters(separation: separation), seed: 3)
    let distance = world.truth.distanceMM
    let c = Medium.blood.soundSpeedMMPerS
    let direct = strongestPulse(directRayleigh(x: 0, y: 0, z: distance, soundSpeedMMPerS: c))
    let reference = strongestPulse(directRayleigh(x: 0, y: 0, z: 5, soundSpeedMMPerS: c))
    let attenuation = Medium.blood.attenuationDBPerCM(atMHz: 10) * (distance - 5) / 10
    let heard = world.pulse()
    let difference =
      decibels(heard.amplitude / 2000)
      - (decibels(direct.amplitude / reference.amplitude) - attenuation)
    #expect(abs(difference) < 0.15, "\(distance) mm: \(difference) dB off")
    #expect(abs(heard.timeS - direct.timeS) < 1e-9, "\(distance) mm: flight differs")
    #expect(abs(decibels(heard.amplitude) - world.truth.onAxisAmplitudeDB) < 0.3)
  }

  @Test(arguments: [4.0, 8.0, 20.0])
  func offAxisAmplitudeFollowsADirectRayleighIntegral(axial: Double) {
    // Straight vessels, so that the receiver lies at (0, −axial, distance) of the emitter.
    var p = stillParameters(separation: 10, axial: axial / 4)
    p.anatomy.curvatureDegPerCM = 0
    let world = BenchWorld(p, seed: 3)
    let gap = world.bestReach.distanceMM
    let c = Medium.blood.soundSpeedMMPerS
    let direct = strongestPulse(directRayleigh(x: 0, y: -axial / 4, z: gap, soundSpeedMMPerS: c))
    let square = strongestPulse(directRayleigh(x: 0, y: 0, z: gap, soundSpeedMMPerS: c))
    var aligned = p
    aligned.start.axialErrorMM = 0
    let lost = decibels(
      world.pulse(gainDB: 10).amplitude / BenchWorld(aligned, seed: 3).pulse(gainDB: 10).amplitude)
    let attenuation =
      Medium.blood.attenuationDBPerCM(atMHz: 10) * (world.truth.distanceMM - gap) / 10
    let expected = decibels(direct.amplitude / square.amplitude) - attenuation
    #expect(abs(lost - expected) < 0.5, "\(lost) dB heard, \(expected) dB expected")
  }

  /// The angle off the emitter's axis at which a roll error puts the receiver, degrees.
  private func offAxis(roll: Double, gap: Double) -> Double {
    let axis = gap + 0.9
    let phi = roll * .pi / 180
    return atan2(axis * sin(phi), axis * cos(phi) - 0.9) * 180 / .pi
  }

  private func beam(at gap: Double, rolls: [Double]) -> [(angle: Double, dB: Double)] {
    // The receiver's place in the lumen is seeded, so ask for the gap that the seed leaves.
    let offset = BenchWorld(stillParameters(separation: 5), seed: 3).bestReach.distanceMM - 5
    func world(_ roll: Double) -> BenchWorld {
      BenchWorld(stillParameters(separation: gap - offset, roll: roll), seed: 3)
    }
    let top = world(0).pulse(gainDB: 15).amplitude
    return rolls.map { roll in
      (offAxis(roll: roll, gap: gap), decibels(world(roll).pulse(gainDB: 15).amplitude / top))
    }
  }

  @Test func beamWidthAtTenMillimetresIsThatOfASquareAperture() throws {
    let rolls = Array(stride(from: 0.0, through: 12, by: 0.25))
    let points = beam(at: 10, rolls: rolls)
    let after = try #require(points.firstIndex { $0.dB < -6.02 })
    let (a, b) = (points[after - 1], points[after])
    let half = a.angle + (b.angle - a.angle) * (a.dB + 6.02) / (a.dB - b.dB)
    print("beam: full -6 dB width at 10 mm \(2 * half) deg")
    // 10.9° for a continuous wave far away; a 60 % pulse measured after its matched filter, at 10 mm,
    // may part from it by a degree.
    #expect(abs(2 * half - 10.9) < 1.0)
  }

  @Test func sideLobesStayBelowMinusTwelveDecibels() throws {
    let points = beam(at: 8, rolls: Array(stride(from: -90.0, through: 90, by: 1)))
    let outside = points.filter { abs($0.angle) > 10 }
    let highest = try #require(outside.map(\.dB).max())
    print("beam: highest beyond 10 deg \(highest) dB")
    #expect(highest < -12)
    #expect(outside.map(\.dB).min()! > -90)
  }

  /// Off the axis the near edge of the face is heard first, so that the strongest moment may come
  /// *before* that of the facing pose, but never by more than the edge's lead, ½ mm · sin θ.
  @Test func amplitudeIsGreatestWhereTheTipsFaceAndNoFlightIsShorterButByTheNearEdge() {
    let facing = BenchWorld(stillParameters(), seed: 9).pulse()
    let c = Medium.blood.soundSpeedMMPerS
    for roll in stride(from: -12.0, through: 12, by: 1) where roll != 0 {
      let world = BenchWorld(stillParameters(roll: roll), seed: 9)
      let heard = world.pulse()
      #expect(heard.amplitude < facing.amplitude)
      let angle = offAxis(roll: roll, gap: world.bestReach.distanceMM) * .pi / 180
      #expect(heard.timeS > facing.timeS - 0.5 * abs(sin(angle)) / c)
    }
    for level in stride(from: -2.0, through: 2, by: 0.125) where level != 0 {
      let world = BenchWorld(stillParameters(axial: level), seed: 9)
      let heard = world.pulse()
      #expect(heard.amplitude < facing.amplitude)
      let lead = 0.5 * abs(level) / world.truth.distanceMM / c
      #expect(heard.timeS > facing.timeS - lead)
      if abs(level) > 1.5 { #expect(heard.timeS > facing.timeS + 50e-9) }
    }
  }

  @Test(arguments: Medium.allCases)
  func timeOfFlightIsDistanceOverSoundSpeedPlusTheFacesOwnCurvature(medium: Medium) {
    for separation in [4.5, 5.5, 8] {
      let world = BenchWorld(stillParameters(separation: separation, medium: medium), seed: 5)
      let d = world.truth.distanceMM
      let c = medium.soundSpeedMMPerS
      // The mean of √(d² + x² + y²) over a square of 1 mm exceeds d by 1/(12 d).
      let expected = (d + 1 / (12 * d)) / c
      #expect(abs(world.pulse().timeS - expected) < 3e-9, "\(medium) \(d) mm")
    }
  }

  @Test func farAwayAmplitudeFallsWithDistanceAndAttenuation() {
    func fall(_ medium: Medium) -> (dB: Double, from: Double, to: Double) {
      let near = BenchWorld(stillParameters(separation: 10, medium: medium), seed: 5)
      let far = BenchWorld(stillParameters(separation: 18, medium: medium), seed: 5)
      return (
        decibels(near.pulse().amplitude / far.pulse(gainDB: 20).amplitude),
        near.truth.distanceMM, far.truth.distanceMM
      )
    }
    for medium in Medium.allCases {
      let (dB, from, to) = fall(medium)
      let law =
        decibels(to / from) + medium.attenuationDBPerCM(atMHz: 10) * (to - from) / 10
      #expect(abs(dB - law) < 0.35, "\(medium): \(dB) dB against \(law) dB")
    }
  }

  @Test func calciumTakesItsLossFromTheRaysThatLeaveThroughIt() {
    func amplitude(_ from: Double, _ to: Double, _ levels: (Double, Double)) -> Double {
      var p = stillParameters()
      p.calcium = [.init(bearingDeg: (from, to), axialMM: levels, lossDB: 12)]
      return BenchWorld(p, seed: 5).pulse(gainDB: 6).amplitude
    }
    let free = BenchWorld(stillParameters(), seed: 5).pulse(gainDB: 6).amplitude
    #expect(abs(decibels(amplitude(-20, 100, (-2, 2)) / free) + 12) < 0.1)
    #expect(abs(decibels(amplitude(100, 300, (-2, 2)) / free)) < 0.01)
    #expect(abs(decibels(amplitude(-20, 100, (2, 4)) / free)) < 0.01)
    #expect(abs(decibels(amplitude(300, 100, (-2, 2)) / free) + 12) < 0.1, "across 0°")
    let half = decibels(amplitude(40, 100, (-2, 2)) / free)
    #expect(half < -1 && half > -11, "an edge across the beam takes part of it: \(half) dB")
  }

  @Test func feedThroughEndsWithinTheFirstMicrosecond() {
    let frame = BenchWorld(stillParameters(separation: 8), seed: 5).frame()
    #expect(frame[0...6].contains { abs(Int($0)) > 3000 })
    let silent = Int(0.8e-6 * sampleRate) + 1
    #expect(frame[silent..<250].allSatisfy { $0 == 0 })
    let late = BenchWorld(stillParameters(separation: 8), seed: 5).frame(delayNS: 1000)
    #expect(late[0..<180].allSatisfy { $0 == 0 })
  }

  @Test func reverberationComesLaterAndWeaker() {
    let world = BenchWorld(stillParameters(), seed: 5)
    let frame = world.frame().map(Double.init)
    let first = strongestPulse(frame)
    let echo = strongestPulse(frame, after: first.timeS + 0.9e-6)
    #expect(echo.amplitude > 0.02 * first.amplitude && echo.amplitude < 0.3 * first.amplitude)
    let triple = strongestPulse(frame, after: 2.5 * first.timeS)
    #expect(abs(triple.timeS - 3 * first.timeS) < 0.05e-6)
  }

  @Test func faultsShiftAndScaleWhatIsHeard() {
    let world = BenchWorld(stillParameters(), seed: 5)
    let plain = world.pulse()
    world.disturbance.triggerSkewNS = 40
    #expect(abs(world.pulse().timeS - plain.timeS - 40e-9) < 1e-9)
    world.disturbance = Disturbance()
    world.disturbance.gainDriftDB = -6
    #expect(abs(decibels(world.pulse().amplitude / plain.amplitude) + 6) < 0.05)
    world.disturbance = Disturbance()
    world.disturbance.muted = true
    #expect(world.frame().allSatisfy { $0 == 0 })
  }
}
