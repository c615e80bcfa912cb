import BenchWorld
import Foundation

/// Ears for the tests: an independent Double matched filter, and worlds held still.
let sampleRate = 64e6

/// Amplitude and time of the strongest pulse, by correlation with the ideal pulse in quadrature and a
/// parabola through the logarithm of its envelope. `after` blanks the feed-through.
func strongestPulse(
  _ samples: [Double], from start: Double = 0, after: Double = 0.85e-6
) -> (amplitude: Double, timeS: Double) {
  let half = 24
  var energy = 0.0
  let sigma = 1.1774100225154747 / (2 * .pi * 3e6)
  let template = (-half...half).map { k -> (Double, Double) in
    let t = Double(k) / sampleRate
    let e = exp(-0.5 * (t / sigma) * (t / sigma))
    energy += 0.5 * e * e
    return (e * cos(2 * .pi * 10e6 * t), e * sin(2 * .pi * 10e6 * t))
  }
  var envelope = [Double](repeating: 0, count: samples.count)
  for i in half..<(samples.count - half) where Double(i) / sampleRate + start > after {
    var re = 0.0
    var im = 0.0
    for k in 0...(2 * half) {
      re += samples[i + k - half] * template[k].0
      im += samples[i + k - half] * template[k].1
    }
    envelope[i] = (re * re + im * im).squareRoot() / energy
  }
  let top = envelope.indices.max { envelope[$0] < envelope[$1] }!
  guard top > 0, top < samples.count - 1, envelope[top - 1] > 0, envelope[top + 1] > 0 else {
    return (envelope[top], Double(top) / sampleRate + start)
  }
  let (a, b, c) = (log(envelope[top - 1]), log(envelope[top]), log(envelope[top + 1]))
  let shift = 0.5 * (a - c) / (a - 2 * b + c)
  return (
    exp(b - 0.25 * (a - c) * shift), (Double(top) + shift) / sampleRate + start
  )
}

/// Parameters without motion and with as good as no noise, aligned at the start.
func stillParameters(
  separation: Double = 5, roll: Double = 0, axial: Double = 0, medium: Medium = .blood
) -> WorldParameters {
  var p = WorldParameters()
  p.anatomy.separationMM = separation
  p.anatomy.pulsationMM = 0
  p.tremor.rollDeg = 0
  p.tremor.axialMM = 0
  p.snrDB = 150
  p.medium = medium
  p.start.rollErrorDeg = roll
  p.start.axialErrorMM = axial
  return p
}

extension BenchWorld {
  func frame(gainDB: Double = 0, count: Int = 1024, delayNS: Double = 0) -> [Int16] {
    Array(
      unsafeUninitializedCapacity: count
    ) { buffer, initialised in
      synthesize(
        into: buffer.extracting(0..<count), sampleRateHz: sampleRate, delayNS: delayNS,
        gainDB: gainDB)
      initialised = count
    }
  }
  func pulse(gainDB: Double = 0) -> (amplitude: Double, timeS: Double) {
    let heard = strongestPulse(frame(gainDB: gainDB).map(Double.init))
    return (heard.amplitude / pow(10, gainDB / 20), heard.timeS)
  }
}

func decibels(_ ratio: Double) -> Double { 20 * log10(ratio) }

/// Rayleigh's integral over the square face by a 48 × 48 midpoint rule in Double, written on its own:
/// a soft baffle (cos θ), one over r, the exact pulse at each element's own delay.
func directRayleigh(x: Double, y: Double, z: Double, soundSpeedMMPerS c: Double) -> [Double] {
  let n = 48
  var record = [Double](repeating: 0, count: 1024)
  let sigma = 1.1774100225154747 / (2 * .pi * 3e6)
  for i in 0..<n {
    for j in 0..<n {
      let dx = x - ((Double(i) + 0.5) / Double(n) - 0.5)
      let dy = y - ((Double(j) + 0.5) / Double(n) - 0.5)
      let r = (dx * dx + dy * dy + z * z).squareRoot()
      let weight = z / r / r / Double(n * n)
      let arrival = r / c
      let middle = Int(arrival * sampleRate)
      for k in max(0, middle - 30)...min(1023, middle + 30) {
        let t = Double(k) / sampleRate - arrival
        record[k] += weight * exp(-0.5 * (t / sigma) * (t / sigma)) * cos(2 * .pi * 10e6 * t)
      }
    }
  }
  return record
}
