import ArgumentParser
import CPeers
import Foundation
import PeakTracking

/// Time a frame, of the tracker and of its peers, in rounds by turns.
struct FrameTimes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames", abstract: "Time a frame, in rounds by turns; JSON, µs.")

  @Option(help: "Samples a frame.")
  var samples = 2_048
  @Option(help: "Rounds; in each, every one takes the same 64 frames in turn.")
  var rounds = 400
  @Flag(help: "The tracker alone.")
  var alone = false

  func run() throws {
    let input = BenchFrames(samples: samples)
    let filter = BenchFrames.filter()
    var names: [String] = []
    var runs: [(UnsafePointer<Int16>) -> Double] = []
    func add(_ name: String, _ run: @escaping (UnsafePointer<Int16>) -> Double) {
      names.append(name)
      runs.append(run)
    }
    for level in InstructionLevel.supported {
      let tracker = try Tracker(samples: samples, level: level)
      add("peakgate \(level == .portable ? "portable" : "x86-64-v3")") { tracker.run($0) }
    }
    if !alone {
      let count = Int32(samples)
      let fftw = peer_fftw_make(count)
      add("FFTW") {
        peer_fftw_run(fftw, $0)
        return 0
      }
      let plain = withUnsafePointer(to: filter) { peer_plain_make($0, count) }
      add("C -O3") { peer_plain_run(plain, $0).place }
      for level in 0..<peer_best_levels() {
        let best = withUnsafePointer(to: filter) { peer_best_make($0, count) }
        add(level == 0 ? "C AVX2" : "C AVX-512 VNNI") { peer_best_run(best, level, $0).place }
      }
      let liquid = withUnsafePointer(to: filter) { peer_liquid_make($0) }
      add("liquid-dsp") { peer_liquid_run(liquid, $0, count) }
    }
    try checkAgreement(names, runs, input)
    var times = [[Double]](repeating: [], count: runs.count)
    for _ in 0..<rounds {
      for (index, run) in runs.enumerated() {
        let start = peer_now()
        for frame in input.frames { frame.withUnsafeBufferPointer { _ = run($0.baseAddress!) } }
        times[index].append(Double(peer_now() - start) / 1e3 / Double(input.frames.count))
      }
    }
    // A quarter of the rounds were quicker: what else the machine does is left out of all alike.
    let lower = times.map { $0.sorted()[$0.count / 4] }
    let result = Dictionary(uniqueKeysWithValues: zip(names, lower))
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// All that find a place find the same, to a tenth of a sample; liquid-dsp has no parabola and a
  /// delay of its own.
  private func checkAgreement(
    _ names: [String], _ runs: [(UnsafePointer<Int16>) -> Double], _ input: BenchFrames
  ) throws {
    for frame in input.frames {
      let places = frame.withUnsafeBufferPointer { samples in
        runs.map { $0(samples.baseAddress!) }
      }
      for (name, place) in zip(names, places)
      where name != "FFTW" && name != "liquid-dsp" && abs(place - places[0]) > 0.1 {
        throw ValidationError("\(name) finds \(place), the tracker \(places[0])")
      }
    }
  }
}

/// The tracker, and where it found the peak, in samples.
final class Tracker {
  private var estimator: FrameEstimator
  private let samples: Int

  init(samples: Int, level: InstructionLevel = .highest) throws {
    self.samples = samples
    estimator = try FrameEstimator(BenchFrames.configuration(samples: samples), level: level)
  }

  func run(_ frame: UnsafePointer<Int16>) -> Double {
    let estimate = estimator.estimate(UnsafeBufferPointer(start: frame, count: samples))
    return estimate.timeOfFlightNS / BenchFrames.pulse.samplePeriodNS
  }
}
