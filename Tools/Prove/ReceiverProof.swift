import ConsoleFirmware
import HardwareSpecs
import InterlockOracle
import ProbeWire
import Quantities

/// The real firmware as a receiver: numbers through the wrap, replays, gaps, and old connections.
struct ReceiverProof {
  let seed: UInt64
  /// Starts as far as this from the wrap on both sides.
  let reach: Int64

  func run() -> Bool {
    var wrong = 0
    var starts = 0
    var refused = 0
    for offset in -reach...reach {
      starts += 1
      let start = UInt32(truncatingIfNeeded: offset)
      var console = Receiver(entropy: 1 + UInt32(truncatingIfNeeded: starts))
      console.identify(start)
      let nonce = console.nonce
      func expect(_ isRight: Bool) { if !isRight { wrong += 1 } }
      // Exactly the next is obeyed.
      expect(console.take(start &+ 1, nonce) && console.take(start &+ 2, nonce))
      // The same again, an older one, and one that is half the circle ahead are not.
      for old in [start &+ 2, start &+ 1, start, start &+ 2 &+ 0x8000_0000] {
        expect(!console.take(old, nonce) && console.firmware.trip == .powerUp)
        refused += 1
      }
      // Nor is anything of another connection, whatever its number.
      expect(!console.take(start &+ 3, nonce &+ 1))
      expect(!console.take(start &+ 3, 0))
      // The next connection refuses what the one before recorded, though its number is right.
      console.identify(start &+ 2)
      expect(console.nonce != nonce && !console.take(start &+ 3, nonce))
      refused += 3
      // A number that was left out trips the console.
      console.identify(start)
      console.clearPowerUp(from: start &+ 1)
      expect(console.firmware.trip == .none)
      _ = console.take(start &+ 4, console.nonce)
      expect(console.firmware.trip == .badCommand)
    }
    print(
      "firmware, \(starts) starts within ±\(reach) of the wrap: \(refused) replays, old and foreign "
        + "commands refused, \(wrong) wrong")
    return wrong == 0
  }
}

/// The firmware with the nonce that it drew, and a count of what it answered.
private struct Receiver {
  var firmware = ConsoleFirmware(
    serial: SerialNumber("PG-PROVE"), firmwareHash: 7, specHash: SpecHash.value)
  var pins = Pins()
  var nonce: UInt32 = 0
  let now = DeviceInstant(nanoseconds: 1_000_000_000)

  init(entropy: UInt32) { pins.entropy = entropy }

  mutating func identify(_ sequence: UInt32) {
    var drawn: UInt32 = 0
    send(IdentifyRequest(hostNonce: 5, protocolVersion: 1), sequence, 0) { drawn = $0.nonce }
    nonce = drawn
  }

  /// Whether a command with this number is obeyed.
  mutating func take(_ sequence: UInt32, _ nonce: UInt32) -> Bool {
    var isAnswered = false
    send(Stop(), sequence, nonce) { _ in isAnswered = true }
    return isAnswered
  }

  mutating func clearPowerUp(from sequence: UInt32) {
    send(SelfTestRequest(), sequence, nonce) { _ in }
    send(AcknowledgeTrip(cause: .powerUp), sequence &+ 1, nonce) { _ in }
  }

  private mutating func send<M: WireMessage>(
    _ message: M, _ sequence: UInt32, _ nonce: UInt32, answer: (Envelope) -> Void
  ) {
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(message, sequence: sequence, nonce: nonce, into: $0)
    }
    let (pins, now) = (pins, now)
    bytes.withUnsafeBytes { buffer in
      let pdu = UnsafeRawBufferPointer(rebasing: buffer[..<length])
      firmware.receive(pdu, at: now, pins: pins) { _, reply in
        do throws(WireError) { answer(try PDU.open(reply).envelope) } catch {}
      }
    }
  }
}
