import BenchWorld
import ConsoleEmulator
import ControlRuntime
import EmulatedUSB
import Foundation
import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import RigLink
import SafetyInterlock
import Scenarios

/// Writes inputs to begin with, each as the code itself would write it.
/// - Returns: false when the folder cannot be written to.
func writeSeeds(of target: Target, to folder: String) -> Bool {
  for (index, seed) in seeds(of: target).enumerated() {
    let place = URL(fileURLWithPath: folder).appendingPathComponent("seed-\(index)")
    do { try Data(seed).write(to: place) } catch {
      FileHandle.standardError.write(Data("fuzz: \(place.path): \(error)\n".utf8))
      return false
    }
  }
  return true
}

private func seeds(of target: Target) -> [[UInt8]] {
  switch target {
  // The first byte chooses the message, the others are its fields.
  case .pdu: allMessages.map { [$0] + (0..<48).map { UInt8($0) } }
  case .damaged: allMessages.map { sealed([$0, 1, 0, 0, 0, 77]) }
  case .stream:
    [allMessages.flatMap { sealed([$0, 1, 0, 0, 0, 77]) }, line(16) + sealed([1]) + line(64)]
  // The first byte of each says how long it is, and whether its number is right.
  case .firmware:
    [allMessages.flatMap { [UInt8(5), $0, 0, 0, 0, 0] }, allMessages.flatMap { [0x85, $0] }]
  // Files that people wrote: HardwareSpecs itself.
  case .yaml, .scenario, .spec: []
  // NumPy wrote what lies in Corpus.
  case .npz: []
  case .journal: [recordedJournal()]
  case .rig: actions.map { rigLines([$0]) } + [rigLines(actions)]
  case .usbip: USBPeerSeeds.usbip
  case .usbredir: USBPeerSeeds.usbredir
  }
}

/// Places of the messages among those that there are.
private var allMessages: [UInt8] {
  let known = (UInt8.min...UInt8.max).filter { ConsoleProtocol.payloadBytes(of: $0) != nil }
  return (0..<UInt8(known.count)).map { $0 }
}

/// An A-line of so many samples.
private func line(_ samples: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: LineCodec.byteCount(samples: samples))
  let header = LineHeader(
    magic: ConsoleProtocol.magic, message: LineHeader.messageID, headerLength: 64, sequence: 1,
    nonce: 77, deviceTime: DeviceInstant(nanoseconds: 1_000_000), sampleRateHz: 64_000_000,
    sampleCount: UInt16(samples), gain: .zero, delay: .zero, flags: [], status: 0,
    handleRoll: .zero, handleLevel: .zero, needleDepth: .zero, pulseRateHz: 1_000, payloadCRC: 0,
    reserved: 0, headerCRC: 0)
  bytes.withUnsafeMutableBytes { LineCodec.seal(header, in: $0) }
  return bytes
}

/// The first moments of a session: a console is found, greeted and tested.
private func recordedJournal() -> [UInt8] {
  let journal = SparseJournal()
  do {
    let bench = try BenchAssembly.simulated(
      WorldParameters(), seed: 1, speed: .max, journal: journal)
    bench.runtime.connect()
    for step in 0..<900 {
      if step == 200 { bench.runtime.runSelfTest() }
      bench.runtime.step()
    }
    bench.runtime.shutDown()
  } catch {
    preconditionFailure("the tracker refuses its own configuration: \(error)")
  }
  return journal.bytes
}

/// Keeps every 60th record: a fuzzer wants small files.
private final class SparseJournal: Journal {
  private(set) var bytes = JournalRecord.header
  private var count = 0
  var isWritable: Bool { true }
  var lost: UInt64 { 0 }

  func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) {
    if count.isMultiple(of: 60) {
      JournalRecord(inputs: inputs, decision: decision).append(to: &bytes)
    }
    count += 1
  }

  func finish() {}
}

private let actions: [RigRequest.Action] = [
  .load(world: WorldParameters(), seed: 5), .turn(byDeg: 10, speed: 60),
  .move(byMM: -1.5, speed: 4), .pass(milliseconds: 10), .stopHandle, .enableSwitch(.held),
  .estop(isPressed: true), .look, .follow, .link(USBFaults()),
  .beginFault(.unplug, amount: nil, seconds: 1), .endFault(.unplug),
  .beginFault(.gainDrift, amount: 6, seconds: 2), .beginFault(.clockJump, amount: 500, seconds: 0),
  .beginFault(.firmwareStall, amount: nil, seconds: 0.2), .pass(milliseconds: 20),
]

private func rigLines(_ actions: [RigRequest.Action]) -> [UInt8] {
  actions.enumerated().flatMap { index, action in
    // Whatever action can be made can be encoded.
    let text = String(decoding: try! JSONEncoder().encode(action), as: UTF8.self)
    return Array("{\"id\": \(index + 1), \"console\": 0, \"action\": \(text)}\n".utf8)
  }
}
