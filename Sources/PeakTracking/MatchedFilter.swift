/// A complex matched filter for one pulse shape, with every buffer it needs.
///
/// Output n is Σ x[n + k]·h[k] for k = −half ... half, h the pulse as a complex exponential. The
/// coarse pass computes every fourth output: samples are split into four phases, so that the vector
/// lanes run over *outputs* and the taps inside; Swift vectorises no sum of floats. Every output is
/// a chain of separate multiplications and additions in the order of its taps (never fused), so a
/// scalar loop, any vector width and a microcontroller give the same bits.
///
/// Memory: allocated once, in `init`. Isolation: one owner at a time (it cannot be copied).
struct MatchedFilter: ~Copyable {
  static let decimation = 4
  static let lanes = 16
  typealias Lane = SIMD16<Float>

  let half: Int
  /// Real and imaginary taps, padded with zeros to a multiple of the decimation.
  let tapCount: Int
  /// Amplitude of a pulse for an output of magnitude 1.
  let amplitudePerOutput: Double
  /// Variance of one quadrature of the output for samples of variance 1.
  let noiseGain: Double
  /// Most outputs of a coarse pass.
  let outputCapacity: Int
  private let phaseStride: Int

  private let memory: UnsafeMutablePointer<Float>
  private let total: Int
  private var real: UnsafeMutablePointer<Float> { memory }
  private var imaginary: UnsafeMutablePointer<Float> { memory + tapCount }
  private var line: UnsafeMutablePointer<Float> { memory + 2 * tapCount }
  private var phases: UnsafeMutablePointer<Float> { line + lineCount }
  private var lineCount: Int { tapCount + 2 * Self.lanes }
  /// Squared magnitudes of the coarse outputs.
  var envelope: UnsafeMutablePointer<Float> { phases + 4 * phaseStride }
  /// Power of every group of four samples, the offset taken out.
  var groupPower: UnsafeMutablePointer<Float> { envelope + phaseStride }
  /// Room for a selection of either.
  var selection: UnsafeMutablePointer<Float> { groupPower + phaseStride }

  /// Fewest samples in which a pulse can be found and the noise beside it measured.
  static func leastGate(half: Int) -> Int {
    // 16 coarse outputs of noise, besides the arrival's own (4·half samples) and the filter's run-in.
    6 * half + 4 * (lanes + 4) + 1
  }

  /// Coarse outputs in a gate of so many samples.
  func outputs(in samples: Int) -> Int { (samples - 2 * half - 1) / Self.decimation + 1 }

  init(_ pulse: PulseShape, gateSamples: Int) {
    half = pulse.halfLength
    let length = 2 * half + 1
    tapCount = (length + 3) / 4 * 4
    outputCapacity = (gateSamples - length) / Self.decimation + 1
    let groups = (gateSamples + 3) / 4
    // Whole vectors of outputs, plus the reach of the taps beyond the last.
    phaseStride = (groups + tapCount / 4 + 3 * Self.lanes) / Self.lanes * Self.lanes
    total = 2 * tapCount + (tapCount + 2 * Self.lanes) + 7 * phaseStride
    memory = .allocate(capacity: total)
    memory.initialize(repeating: 0, count: total)

    let sigma = pulse.envelopeSigmaSamples
    let step = pulse.carrierHz / pulse.sampleRateHz
    func envelopeAt(_ k: Int) -> Double {
      let x = Double(k) / sigma
      return ElementaryMath.exp(-0.5 * x * x)
    }
    var sum = 0.0
    var cosineSum = 0.0
    for k in -half...half {
      sum += envelopeAt(k)
      cosineSum += envelopeAt(k) * ElementaryMath.cosineAndSine(turns: step * Double(k)).cosine
    }
    // A converter's offset must not reach the output: the taps sum to zero.
    let offset = cosineSum / sum
    var gain = 0.0
    var noise = 0.0
    for k in -half...half {
      let (cosine, sine) = ElementaryMath.cosineAndSine(turns: step * Double(k))
      let re = envelopeAt(k) * (cosine - offset)
      let im = -envelopeAt(k) * sine
      memory[k + half] = Float(re)
      memory[tapCount + k + half] = Float(im)
      // Mean over the carrier's phase of the response to the pulse of amplitude 1, and of the two
      // quadratures' noise.
      gain += 0.5 * envelopeAt(k) * (re * cosine - im * sine)
      noise += 0.5 * (re * re + im * im)
    }
    amplitudePerOutput = 1 / gain
    noiseGain = noise
  }

  deinit { memory.deallocate() }

  /// Splits the gate's samples into phases: phase p holds samples p, p + 4, p + 8 …
  ///
  /// `count` must not exceed the gate of `init`.
  func load(_ samples: UnsafePointer<Int16>, count: Int) {
    let raw = UnsafeRawPointer(samples)
    let stride = phaseStride
    let p0 = UnsafeMutableRawPointer(phases)
    let p1 = UnsafeMutableRawPointer(phases + stride)
    let p2 = UnsafeMutableRawPointer(phases + 2 * stride)
    let p3 = UnsafeMutableRawPointer(phases + 3 * stride)
    var i = 0
    while i + 32 <= count {
      // Two samples a word, little-endian: the low half and the high half, sign-extended.
      let words = raw.loadUnaligned(fromByteOffset: 2 * i, as: SIMD16<Int32>.self)
      let low = (words &<< 16) &>> 16
      let high = words &>> 16
      let even = SIMD16<Float>(low)
      let odd = SIMD16<Float>(high)
      p0.storeBytes(of: even.evenHalf, toByteOffset: i, as: SIMD8<Float>.self)
      p1.storeBytes(of: odd.evenHalf, toByteOffset: i, as: SIMD8<Float>.self)
      p2.storeBytes(of: even.oddHalf, toByteOffset: i, as: SIMD8<Float>.self)
      p3.storeBytes(of: odd.oddHalf, toByteOffset: i, as: SIMD8<Float>.self)
      i += 32
    }
    while i < count {
      phases[(i & 3) * stride + (i >> 2)] = Float(Int(samples[i]))
      i += 1
    }
  }

  /// Squared magnitude of every fourth output: `envelope[m]` belongs to gate sample half + 4m.
  func filter(outputs: Int) {
    var m = 0
    while m < outputs {
      var re = Lane.zero
      var im = Lane.zero
      var k = 0
      var column = UnsafeRawPointer(phases + m)
      while k < tapCount {
        for p in 0..<4 {
          let x = column.loadUnaligned(fromByteOffset: 4 * p * phaseStride, as: Lane.self)
          re = re + x * real[k + p]
          im = im + x * imaginary[k + p]
        }
        k += 4
        column += 4
      }
      UnsafeMutableRawPointer(envelope + m).storeBytes(of: re * re + im * im, as: Lane.self)
      m += Self.lanes
    }
  }

  /// Power of every whole group of four samples about the mean of its 256 neighbours, which takes
  /// out a drifting offset but not interference from 0.3 MHz at 64 MS/s; returns how many groups.
  func measureGroups(samples: Int) -> Int {
    let groups = samples / 4
    var block = 0
    while block < groups {
      let end = min(block + 64, groups)
      var sum = Lane.zero
      var m = block
      while m + Self.lanes <= end {
        for p in 0..<4 { sum = sum + lane(phase: p, at: m) }
        m += Self.lanes
      }
      let mean = m > block ? sum.sum() / Float(4 * (m - block)) : 0
      m = block
      while m < end {
        var power = Lane.zero
        for p in 0..<4 {
          let x = lane(phase: p, at: m) - mean
          power = power + x * x
        }
        UnsafeMutableRawPointer(groupPower + m).storeBytes(of: power, as: Lane.self)
        m += Self.lanes
      }
      block += 64
    }
    return groups
  }

  /// Sum of every whole group of four samples about the mean of its 256 neighbours, into
  /// `groupPower`; returns how many groups. Neighbours where the envelope exceeds `quiet` do not
  /// count: half a pulse at the edge of a block has a mean of its own.
  func measureSums(samples: Int, outputs: Int, quiet: Float) -> Int {
    let groups = samples / 4
    var block = 0
    while block < groups {
      let end = min(block + 64, groups)
      var total: Float = 0
      var counted = 0
      for m in block..<end {
        let sum =
          (phases[m] + phases[phaseStride + m])
          + (phases[2 * phaseStride + m] + phases[3 * phaseStride + m])
        groupPower[m] = sum
        let output = m - half / 4
        // Nothing is known of a pulse that is cut by an end of the gate.
        if output >= half / 4, output < outputs - half / 4, envelope[output] <= quiet {
          total += sum
          counted += 1
        }
      }
      let mean = counted > 0 ? total / Float(counted) : 0
      for m in block..<end { groupPower[m] -= mean }
      block += 64
    }
    return groups
  }

  private func lane(phase p: Int, at m: Int) -> Lane {
    UnsafeRawPointer(phases + p * phaseStride + m).loadUnaligned(as: Lane.self)
  }

  /// 16 consecutive outputs at full rate, the first with its taps starting at `samples`, of which
  /// 2·half + 16 are read.
  func fine(_ samples: UnsafePointer<Int16>) -> (real: Lane, imaginary: Lane) {
    for i in 0..<(2 * half + Self.lanes) { line[i] = Float(Int(samples[i])) }
    var re = Lane.zero
    var im = Lane.zero
    for k in 0...(2 * half) {
      let x = UnsafeRawPointer(line + k).loadUnaligned(as: Lane.self)
      re = re + x * real[k]
      im = im + x * imaginary[k]
    }
    return (re, im)
  }
}
