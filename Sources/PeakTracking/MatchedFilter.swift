import CFrameKernels

/// A complex matched filter for one pulse shape, with every buffer it needs, and the other passes
/// over all samples of a gate.
///
/// The coarse pass computes every fourth output in whole numbers: the samples are split into groups
/// of four, so that the vector lanes run over *outputs* and the taps inside. The passes themselves
/// are the kernels of `CFrameKernels`. The fine pass is real arithmetic at the full rate, each
/// output a chain of separate multiplications and additions in the order of its taps (never fused).
/// So every instruction-set level, and a microcontroller, give the same bits.
///
/// Memory: allocated once, in `init`. Isolation: one owner at a time (it cannot be copied).
struct MatchedFilter: ~Copyable {
  static let decimation = 4
  static let lanes = 16
  typealias Lane = SIMD16<Float>

  let half: Int
  /// Amplitude of a pulse for an output of magnitude 1.
  let amplitudePerOutput: Double
  /// Variance of one quadrature of the output for samples of variance 1.
  let noiseGain: Double
  /// Outputs of a coarse pass, and whole groups of samples.
  let outputs: Int
  let groups: Int
  /// Outputs in which an arrival is heard.
  var arrivalOutputs: Int { 2 * ((2 * half + 3) / 4) + 1 }
  /// Squared magnitudes of the coarse outputs: [m] belongs to gate sample half + 4m.
  let envelope: UnsafeMutablePointer<Float>

  private let level: Int32
  private let gateSamples: Int
  private let coarseScale: Float
  /// Groups of taps, and the group of samples that the first of them takes for output 0.
  private let tapGroups: Int
  private let firstGroup: Int
  private let memory: UnsafeMutableRawPointer
  private let taps: UnsafeMutablePointer<Int32>
  private let even: UnsafeMutablePointer<Int32>
  private let odd: UnsafeMutablePointer<Int32>
  private let sums: UnsafeMutablePointer<Int32>
  private let running: UnsafeMutablePointer<Int32>
  private let keys: UnsafeMutablePointer<Int8>
  private let real: UnsafeMutablePointer<Float>
  private let imaginary: UnsafeMutablePointer<Float>
  private let line: UnsafeMutablePointer<Float>

  /// Fewest samples in which a pulse can be found and the noise beside it measured.
  static func leastGate(half: Int) -> Int {
    // 16 coarse outputs of noise, besides the arrival's own (4·half samples) and the filter's run-in.
    6 * half + 4 * (lanes + 4) + 1
  }

  init(_ pulse: PulseTemplate, gateSamples: Int, fullScale: Int32, level: InstructionLevel) {
    let design = FilterTaps(pulse, fullScale: fullScale)
    half = design.half
    amplitudePerOutput = design.amplitudePerOutput
    noiseGain = design.noiseGain
    coarseScale = Float(1 / (design.scale * design.scale))
    self.level = level.rawValue
    self.gateSamples = gateSamples
    let length = 2 * half + 1
    tapGroups = (design.wholeReal.count + 3) / 4
    firstGroup = design.wholeFrom / 4
    outputs = (gateSamples - length) / Self.decimation + 1
    groups = gateSamples / 4

    let copies = Int(FRAME_TAP_COPIES)
    let reach = (gateSamples + 3) / 4 + firstGroup + tapGroups + 1 + 2 * Int(FRAME_PADDING)
    let stride = (reach + 15) / 16 * 16  // Elements of four bytes, in whole cache lines.
    let tapWords = tapGroups * 4 * copies
    let lineCount = (length + 2 * Self.lanes + 15) / 16 * 16
    let words = tapWords + 6 * stride + 3 * lineCount
    memory = .allocate(byteCount: 4 * words, alignment: 64)
    let floats = memory.initializeMemory(as: Int32.self, repeating: 0, count: words)
    taps = floats
    even = taps + tapWords
    odd = even + stride
    sums = odd + stride
    running = sums + stride
    func numbers(_ at: UnsafeMutablePointer<Int32>) -> UnsafeMutablePointer<Float> {
      UnsafeMutableRawPointer(at).bindMemory(to: Float.self, capacity: stride)
    }
    envelope = numbers(running + stride)
    real = envelope + stride
    imaginary = real + lineCount
    line = imaginary + lineCount
    keys = UnsafeMutableRawPointer(line + lineCount).bindMemory(
      to: Int8.self, capacity: 4 * stride)

    for k in 0..<length {
      real[k] = Float(design.real[k])
      imaginary[k] = Float(design.imaginary[k])
    }
    func word(_ values: [Int16], at k: Int) -> Int32 {
      let low = k < design.wholeReal.count ? UInt32(UInt16(bitPattern: values[k])) : 0
      let high = k + 1 < design.wholeReal.count ? UInt32(UInt16(bitPattern: values[k + 1])) : 0
      return Int32(bitPattern: low | high << 16)
    }
    for group in 0..<tapGroups {
      let four = (
        word(design.wholeReal, at: 4 * group), word(design.wholeReal, at: 4 * group + 2),
        word(design.wholeImaginary, at: 4 * group), word(design.wholeImaginary, at: 4 * group + 2)
      )
      let place = taps + 4 * copies * group
      for copy in 0..<copies {
        place[copy] = four.0
        place[copies + copy] = four.1
        place[2 * copies + copy] = four.2
        place[3 * copies + copy] = four.3
      }
    }
  }

  deinit { memory.deallocate() }

  /// Takes the gate's samples in; returns the smallest and the largest.
  func load(_ samples: UnsafePointer<Int16>) -> (low: Int16, high: Int16) {
    let found = frame_split(level, samples, Int32(gateSamples), even, odd)
    return (found.low, found.high)
  }

  /// Smallest and largest of some samples; 0 and 0 if there are none.
  func extremes(_ samples: UnsafePointer<Int16>, count: Int) -> (low: Int16, high: Int16) {
    let found = frame_find_extremes(level, samples, Int32(count))
    return (found.low, found.high)
  }

  /// Fills `envelope`; returns where it is greatest, the first if there are more.
  func filter() -> Int {
    Int(
      frame_envelope(
        level, even + firstGroup, odd + firstGroup, taps, Int32(tapGroups), Int32(outputs),
        coarseScale, envelope))
  }

  /// Median of the envelope, to 0.4 %, without the outputs of a range.
  func medianEnvelope(without range: Range<Int>) -> Float {
    frame_median(
      level, envelope, Int32(outputs), Int32(range.lowerBound), Int32(range.upperBound), keys)
  }

  /// How many outputs have an envelope of at most `most`.
  func outputs(atMost most: Float) -> Int {
    Int(frame_count_at_most(level, envelope, Int32(outputs), most))
  }

  /// Whether the median power of the whole groups of four samples exceeds `limit`, without the
  /// groups of a range.
  ///
  /// The power is that about the mean of 256 neighbours, which takes out a drifting offset but not
  /// interference from 0.3 MHz at 64 MS/s.
  func medianGroupPower(exceeds limit: Float, without range: Range<Int>) -> Bool {
    frame_sum_groups(level, even, odd, Int32(groups), sums)
    // Whether it does takes a count, and no median; of all groups only where it does.
    let half = Int32((groups - range.count) / 2)
    let quiet = frame_count_quiet(
      level, even, odd, sums, Int32(groups), Int32(range.lowerBound), Int32(range.upperBound),
      limit, half)
    return quiet <= half
  }

  /// Makes ready for `nextBeyond`, from what `medianGroupPower(exceeds:)` left: sums of groups about
  /// the mean of their 256 neighbours. Neighbours where the envelope exceeds `quiet` do not count:
  /// half a pulse at the edge of a block has a mean of its own.
  ///
  /// Returns the most places with quiet neighbours where `width` groups can sum to beyond ± `limit`;
  /// when that is below `least`, nothing more is prepared.
  func sumGroups(quiet: Float, limit: Double, width: Int, least: Int) -> Int {
    // A sum beyond the limit has a group beyond its share, and a group has part in `width` sums.
    // Nothing is known of a pulse that is cut by an end of the gate.
    let single = frame_centre_sums(
      level, sums, Int32(groups), envelope, Int32(half / 4), Int32(2 * (half / 4)),
      Int32(min(outputs, groups)), quiet, Self.sixteenths(limit) / Int32(width))
    let most = Int(single) * width
    if most >= least { frame_running_sums(level, sums, Int32(groups), running) }
    return most
  }

  /// The first group from `from` to before `to` where it and those before it, `width` in all, sum
  /// to beyond ± `limit`; `to` if there is none. `from` must be at least `width` − 1.
  func nextBeyond(_ limit: Double, width: Int, from: Int, to: Int) -> Int {
    Int(
      frame_next_beyond(
        level, running, Int32(width), Int32(from), Int32(to), Self.sixteenths(limit)))
  }

  /// As the sums are held; clamped before the conversion, which would trap.
  private static func sixteenths(_ limit: Double) -> Int32 {
    Int32(min(max(16 * limit, 0), 2_000_000_000))
  }

  /// The first output from `from` to before `to` whose envelope is at least `least`, or `to`.
  func nextOutput(atLeast least: Float, from: Int, to: Int) -> Int {
    Int(frame_next_at_least(level, envelope, Int32(from), Int32(to), least))
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
