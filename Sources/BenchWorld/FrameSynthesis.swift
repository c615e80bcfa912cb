import HardwareSpecs

/// The buffers of a frame, made once for a shape and kept.
final class FrameScratch {
  /// Room before the record for pulses that begin earlier.
  private(set) var margin = 0
  private(set) var capacity = 0
  private(set) var samples = UnsafeMutablePointer<Float>.allocate(capacity: 1)
  private(set) var pulse: PulseTable?
  private(set) var feedThrough: FeedThrough?
  private var electrosurgeryWave: ElectrosurgeryWave?
  var frames: UInt64 = 0

  func prepare(count: Int, sampleRateHz: Double, delayNS: Double) {
    if pulse?.sampleRateHz != sampleRateHz { pulse = PulseTable(sampleRateHz: sampleRateHz) }
    if feedThrough?.sampleRateHz != sampleRateHz || feedThrough?.delayNS != delayNS {
      feedThrough = FeedThrough(sampleRateHz: sampleRateHz, delayNS: delayNS)
    }
    margin = pulse!.taps
    let needed = (count + 2 * margin + 31) / 16 * 16
    if needed > capacity {
      samples.deallocate()
      samples = .allocate(capacity: needed)
      capacity = needed
    }
    samples.update(repeating: 0, count: capacity)
  }

  /// The interference at the rate of the frame that was prepared last.
  func electrosurgery(seed: UInt64) -> ElectrosurgeryWave {
    if let wave = electrosurgeryWave, wave.sampleRateHz == pulse!.sampleRateHz { return wave }
    let wave = ElectrosurgeryWave(sampleRateHz: pulse!.sampleRateHz, seed: seed)
    electrosurgeryWave = wave
    return wave
  }

  deinit { samples.deallocate() }
}

extension BenchWorld {
  /// Synthesises one record of the receiver and returns whether any sample clipped.
  ///
  /// - Parameters:
  ///   - output: filled from its first to its last sample, 14 bit: −8192 … 8191.
  ///   - delayNS: start of the record after the transmit pulse's centre.
  ///   - gainDB: gain of the receiver; signal and thermal noise alike pass through it.
  ///
  /// Order: sound, feed-through, interference, noise, gain, clipping, rounding.
  @discardableResult
  public func synthesize(
    into output: UnsafeMutableBufferPointer<Int16>, sampleRateHz: Double, delayNS: Double,
    gainDB: Double
  ) -> Bool {
    guard let target = output.baseAddress, output.count > 0 else { return false }
    scratch.prepare(
      count: output.count, sampleRateHz: sampleRateHz, delayNS: delayNS)
    scratch.frames &+= 1
    var random = WorldRandom(seed: seed &+ 0x5DEECE66D, stream: scratch.frames)
    let record = scratch.samples + scratch.margin
    if !disturbance.muted {
      addSound(sampleRateHz: sampleRateHz, delayNS: delayNS)
      let ring = scratch.feedThrough!
      for i in 0..<min(ring.count, output.count) { record[i] += ring.samples[i] }
    }
    if disturbance.electrosurgery { addElectrosurgery(count: output.count, random: &random) }
    let extra = disturbance.extraNoiseSigmaLSB
    let sigma = (budget.noiseSigmaLSB * budget.noiseSigmaLSB + extra * extra).squareRoot()
    GaussianTable.add(sigma: Float(sigma), to: record, count: output.count, random: &random)
    let gain = Portable.ratio(dB: gainDB + disturbance.saturationGainDB + disturbance.gainDriftDB)
    return Self.digitise(record, gain: Float(gain), into: target, count: output.count)
  }

  /// The direct pulse, and three later and weaker arrivals as images of the receiver or the emitter.
  private func addSound(sampleRateHz: Double, delayNS: Double) {
    let pose = pose
    let shift = veinShiftMM
    let receiver = vessels.receiver(shift: shift)
    let line = receiver - pose.emitter
    let distance = line.length
    let along = line / distance
    // From the receiver on to the vein's far wall, and back.
    let behind =
      (receiver - vessels.vein(at: 0, shift: shift)).dot(along)
    let toFarWall = max(0.05, vessels.veinRadius(at: 0) - behind)
    // Between the emitter's face and the artery's wall, once more there and back.
    let toArteryWall = max(
      0.05, vessels.arteryRadius(at: pose.levelMM) - Reference.emitterRadiusMM)
    let start = (delayNS - disturbance.triggerSkewNS) * 1e-9
    let paths: [4 of (extra: Double, echo: Double)] = [
      (0, 1), (2 * toFarWall, Reference.veinWallEcho),
      (2 * toArteryWall, Reference.arteryWallEcho), (2 * distance, Reference.tripleTransitEcho),
    ]
    for index in 0..<4 {
      let (extra, echo) = paths[index]
      let path = distance + extra
      let strength = echo * budget.scale * Portable.exp(-budget.nepersPerMM * path)
      addArrival(
        at: receiver + extra * along, shadowedAt: receiver, pose: pose, strength: Float(strength),
        samplesPerMM: Float(sampleRateHz / budget.soundSpeedMMPerS),
        startSample: Float(start * sampleRateHz))
    }
  }

  /// Adds the pulses of all sub-elements as heard at `point`; `shadowedAt` is the end of the ray that
  /// calcium may weaken.
  private func addArrival(
    at point: Vector, shadowedAt end: Vector, pose: SendPose, strength: Float,
    samplesPerMM: Float, startSample: Float
  ) {
    let d = point - pose.emitter
    let x = Float(d.dot(pose.across))
    let y = Float(d.dot(pose.axes.tangent))
    let z = Float(d.dot(pose.outward))
    let shadow = calcium.isEmpty ? nil : ShadowGeometry(pose, vessels: vessels, end: end)
    let pulse = scratch.pulse!
    let taps = pulse.taps
    let blocks = taps / 16
    let phases = Float(PulseTable.phases)
    let perMM = samplesPerMM * phases
    let offset =
      Float((scratch.margin - pulse.centre) * PulseTable.phases) - startSample * phases
    let limit = scratch.capacity - taps
    let samples = scratch.samples
    for j in 0..<EmitterAperture.side {
      let (r, weight) = aperture.row(j, x: x, y: y, z: z)
      let position = r * perMM + offset
      for i in 0..<EmitterAperture.side {
        guard position[i] >= 0 else { continue }
        let at = Int(position[i] + 0.5)
        let base = at >> 6
        guard base <= limit else { continue }
        var w = weight[i] * strength
        if let shadow { w *= shadow.factor(calcium, i: i, j: j) }
        let row = UnsafeRawPointer(pulse.rows + (at & 63) * taps)
        let out = UnsafeMutableRawPointer(samples + base)
        for block in 0..<blocks {
          let tap = row.loadUnaligned(fromByteOffset: block * 64, as: SIMD16<Float>.self)
          let sum = out.loadUnaligned(fromByteOffset: block * 64, as: SIMD16<Float>.self) + w * tap
          out.storeBytes(of: sum, toByteOffset: block * 64, as: SIMD16<Float>.self)
        }
      }
    }
  }

  private func addElectrosurgery(count: Int, random: inout WorldRandom) {
    let offset = Int(random.next() >> 33) % (ElectrosurgeryWave.count / 2)
    // The generator is modulated slowly: within a period it sparks for `duty` of the time.
    let period = now * Reference.Electrosurgery.modulationHz
    guard period - period.rounded(.down) < Reference.Electrosurgery.duty else { return }
    let level = Float(Reference.Electrosurgery.amplitudeLSB)
    let wave = scratch.electrosurgery(seed: seed).samples + offset
    let record = scratch.samples + scratch.margin
    for i in 0..<min(count, ElectrosurgeryWave.count / 2) { record[i] += level * wave[i] }
  }

  /// Gain, clipping and rounding to even, 16 samples at a time.
  private static func digitise(
    _ record: UnsafeMutablePointer<Float>, gain: Float, into target: UnsafeMutablePointer<Int16>,
    count: Int
  ) -> Bool {
    let top = Float(Reference.adcTop)
    let bottom = Float(Reference.adcBottom)
    let source = UnsafeRawPointer(record)
    var beyond = SIMDMask<SIMD16<Int32>>(repeating: false)
    // 1.5 · 2²³: adding it leaves the rounded integer in the low bits of the significand.
    let magic: Float = 12_582_912
    var i = 0
    while i + 16 <= count {
      // Comparisons and selections become vector code; pointwiseMin and -Max do not.
      var value = source.loadUnaligned(fromByteOffset: i * 4, as: SIMD16<Float>.self) * gain
      let high = value .> top + 0.5
      let low = value .< bottom - 0.5
      beyond = beyond .| high .| low
      value.replace(with: top, where: high)
      value.replace(with: bottom, where: low)
      let bits = unsafeBitCast(value + magic, to: SIMD16<Int32>.self)
      UnsafeMutableRawPointer(target).storeBytes(
        of: SIMD16<Int16>(truncatingIfNeeded: bits), toByteOffset: i * 2, as: SIMD16<Int16>.self)
      i += 16
    }
    var clipped = any(beyond)
    while i < count {
      let value = (record[i] * gain).rounded(.toNearestOrEven)
      if value > top || value < bottom { clipped = true }
      target[i] = Int16(min(max(value, bottom), top))
      i += 1
    }
    return clipped
  }
}

/// What a ray needs to know to meet the artery's wall.
private struct ShadowGeometry {
  let emitter, across, end: SIMD3<Float>
  let radius, level: Float

  init(_ pose: SendPose, vessels: VesselPair, end: Vector) {
    // In the axes of the artery's own centre, not of the catheter in it.
    let axes = vessels.frame(at: pose.levelMM)
    emitter = SIMD3<Float>(axes.local(pose.emitter))
    across = SIMD3<Float>(axes.local(pose.across + axes.origin))
    self.end = SIMD3<Float>(axes.local(end))
    radius = Float(vessels.arteryRadius(at: pose.levelMM))
    level = Float(pose.levelMM)
  }

  func factor(_ calcium: CalciumShadow, i: Int, j: Int) -> Float {
    let centres = EmitterAperture.centres
    let start = emitter + centres[i] * across + SIMD3(0, 0, centres[j])
    return calcium.factor(from: start, to: end, radius: radius, level: level)
  }
}
