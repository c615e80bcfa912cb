import Quantities

// Compiled together with the tracker: Embedded Swift has to see the `deinit` of what it destroys.
// The golden frames through the tracker on a microcontroller, printed as `estimates.txt` has them.

@_extern(c, "firmware_frames") func firmwareFrames() -> UnsafeRawPointer
@_extern(c, "firmware_frames_end") func firmwareFramesEnd() -> UnsafeRawPointer
@_extern(c, "firmware_put") func firmwarePut(_ character: Int32)

private func put(_ value: UInt64, digits: Int) {
  var shift = 4 * (digits - 1)
  while shift >= 0 {
    let digit = Int32((value >> UInt64(shift)) & 15)
    firmwarePut(digit < 10 ? 48 + digit : 87 + digit)
    shift -= 4
  }
}

private func put(_ value: Double) {
  put(value.bitPattern, digits: 16)
  firmwarePut(32)
}

@_cdecl("firmware_main")
public func firmwareMain() {
  var at = firmwareFrames()
  while at < firmwareFramesEnd() {
    func word(_ k: Int) -> Int32 { at.load(fromByteOffset: 4 * k, as: Int32.self) }
    let count = Int(word(0))
    let configuration = TrackerConfiguration(
      pulse: PulseShape(
        carrierHz: Double(Int(word(1))), fractionalBandwidth: Double(Int(word(2))) / 100,
        sampleRateHz: Double(Int(word(3)))),
      sampleCount: count, delay: Nanoseconds(Int64(word(4))),
      blankUntil: Nanoseconds(Int64(word(5))), fullScale: word(6))
    let samples = UnsafeBufferPointer(
      start: (at + 32).assumingMemoryBound(to: Int16.self), count: count)
    at += 32 + (count + 1) / 2 * 4
    guard var estimator = try? FrameEstimator(configuration) else {
      firmwarePut(63)
      firmwarePut(10)
      continue
    }
    let e = estimator.estimate(samples)
    put(e.timeOfFlightNS)
    put(e.amplitude)
    put(e.amplitudeDB)
    put(e.noise)
    put(e.snrDB)
    put(e.sigmaTimeNS)
    put(e.sigmaAmplitudeDB)
    put(e.sigmaSNRDB)
    put(e.phaseTurns)
    put(e.turnsPerSample)
    put(UInt64(e.reasons.rawValue), digits: 4)
    firmwarePut(10)
  }
}
