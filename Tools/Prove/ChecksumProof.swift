import ArgumentParser
import Dispatch
import Foundation
import HardwareSpecs
import InterlockOracle
import ProbeWire
import Synchronization

/// What a damaged, repeated or old PDU can do: nothing (R10, R11, R12).
struct ChecksumProof: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crc",
    abstract: "Proves that damaged, replayed and old messages are refused.",
    discussion: """
      Every flip of up to five bits by the algebra of syndromes; every flip of up to three bits of every
      message, and random damage, by the real decoder; sequence, replay and old connections by the real
      firmware.
      """)

  @Option(help: "Random errors for the decoder, as 1e8.") var errors = "1e8"
  @Option(help: "Seed of payloads and of random errors.") var seed: UInt64 = 1
  @Option(help: "Shards of the random errors at a time.") var jobs: Int?
  @Flag(help: "Flips of three bits by algebra alone, and fewer starts near the wrap.") var quick =
    false

  func run() throws {
    guard let wanted = Double(errors), wanted >= 0, wanted <= 1e12 else {
      throw ValidationError("--errors takes a number from 0 to 1e12, not '\(errors)'")
    }
    let samples = SampleMessage.all(seed: seed)
    print("crc: seed \(seed), \(samples.count) messages of \(lengths(samples)) bytes")
    var holds = proveLinearity()
    holds = proveSyndromes(samples) && holds
    holds = proveFlips(samples) && holds
    holds = proveRandomErrors(samples, Int(wanted)) && holds
    holds = ReceiverProof(seed: seed, reach: quick ? 1_000 : 65_536).run() && holds
    guard holds else { throw ExitCode(1) }
  }

  private func lengths(_ samples: [SampleMessage]) -> String {
    Set(samples.map(\.bytes.count)).sorted().map(String.init).joined(separator: ", ")
  }

  /// The table's checksum is the polynomial's, and affine: what the algebra rests on.
  private func proveLinearity() -> Bool {
    var random = SeededStream(seed: seed)
    var wrong = 0
    let trials = 20_000
    for _ in 0..<trials {
      let count = 1 + random.below(60)
      func draw() -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
      let (a, b, c) = (draw(), draw(), draw())
      let sum = (0..<count).map { a[$0] ^ b[$0] ^ c[$0] }
      if Syndromes.pdu(sum) != Syndromes.pdu(a) ^ Syndromes.pdu(b) ^ Syndromes.pdu(c) { wrong += 1 }
      if Syndromes.pdu(a) != Syndromes.byThePolynomial(a, 0xF4AC_FB13) { wrong += 1 }
    }
    print("affine, and equal to 0xF4ACFB13 bit by bit: \(trials) trials, \(wrong) wrong")
    return wrong == 0
  }

  private func proveSyndromes(_ samples: [SampleMessage]) -> Bool {
    let lengths = Set(samples.map(\.bytes.count) + [ConsoleProtocol.pduMax]).sorted()
    let longest = Syndromes(bytes: ConsoleProtocol.pduMax)
    // Shorter codewords are the tail of the longest.
    let areTails = lengths.allSatisfy {
      Syndromes(bytes: $0).bits.elementsEqual(longest.bits.suffix($0 * 8))
    }
    let missed = longest.missed()
    print("syndromes, any PDU of up to \(ConsoleProtocol.pduMax) bytes (tails equal: \(areTails)):")
    for (index, count) in missed.enumerated() {
      print("  flips of \(index + 1) bits that are missed: \(count)")
    }
    return areTails && missed.prefix(3).allSatisfy { $0 == 0 }
  }

  private func proveFlips(_ samples: [SampleMessage]) -> Bool {
    var tried = 0
    var accepted = 0
    for sample in samples {
      var bytes = sample.bytes
      let bits = bytes.count * 8
      bytes.withUnsafeMutableBytes { buffer in
        func flip(_ bit: Int) { buffer[bit / 8] ^= 1 << UInt8(bit % 8) }
        func look() {
          tried += 1
          if isAccepted(UnsafeRawBufferPointer(buffer)) { accepted += 1 }
        }
        precondition(isAccepted(UnsafeRawBufferPointer(buffer)))
        for i in 0..<bits {
          flip(i)
          look()
          for j in i + 1..<bits {
            flip(j)
            look()
            if !quick {
              for k in j + 1..<bits {
                flip(k)
                look()
                flip(k)
              }
            }
            flip(j)
          }
          flip(i)
        }
      }
    }
    print(
      "decoder, every flip of up to \(quick ? 2 : 3) bits: \(tried) tried, \(accepted) accepted")
    return accepted == 0
  }

  /// Bursts, scattered bits, and payloads that are noise; magic and length are left right, so that the
  /// checksum alone decides.
  private func proveRandomErrors(_ samples: [SampleMessage], _ wanted: Int) -> Bool {
    let jobs = max(1, jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    let shards = 64
    let accepted = Mutex(0)
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while true {
        let shard = next.withLock { value in
          value += 1
          return value - 1
        }
        guard shard < shards else { return }
        let count = wanted / shards + (shard < wanted % shards ? 1 : 0)
        let found = randomErrors(samples, count, seed: seed &+ UInt64(shard) &* 0x9E37_79B9)
        accepted.withLock { $0 += found }
      }
    }
    let total = accepted.withLock { $0 }
    print("decoder, random errors: \(wanted) tried, \(total) accepted")
    return total == 0
  }

  private func randomErrors(_ samples: [SampleMessage], _ count: Int, seed: UInt64) -> Int {
    var random = SeededStream(seed: seed)
    var accepted = 0
    for _ in 0..<count {
      let sample = samples[random.below(samples.count)].bytes
      var bytes = sample
      // Behind magic, id and length.
      let first = 4
      let room = (bytes.count - first) * 8
      switch random.below(3) {
      case 0:
        let length = 4 + random.below(room - 4)
        let start = random.below(room - length + 1)
        for bit in start..<start + length where random.next() & 1 == 1 {
          bytes[first + bit / 8] ^= 1 << UInt8(bit % 8)
        }
      case 1:
        for _ in 0..<4 + random.below(12) {
          let bit = random.below(room)
          bytes[first + bit / 8] ^= 1 << UInt8(bit % 8)
        }
      default:
        for index in first..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
      }
      if bytes == sample { bytes[first] ^= 1 }
      if bytes.withUnsafeBytes({ isAccepted($0) }) { accepted += 1 }
    }
    return accepted
  }
}
