package import HardwareSpecs

/// What FunctionFS is told at first (linux/usb/functionfs.h): descriptors for both speeds, and
/// strings, of which there are none: device-wide ones belong to the gadget.
package struct FunctionFSDescriptors {
  private enum Magic {
    static let descriptors: UInt32 = 3
    static let strings: UInt32 = 2
  }

  private enum Flags {
    static let full: UInt32 = 1
    static let high: UInt32 = 2
  }

  /// One endpoint of the interface, in the order of the files `ep1`, `ep2` …
  private enum Entry {
    case ours(ConsoleProtocol.Endpoint)
    /// Takes a place that the controller would otherwise give to one of ours.
    case filler(address: UInt8)
  }

  private let entries: [Entry]

  /// - Parameter isDummy: for the kernel's `dummy_hcd`. It gives out endpoints by a list of its own, in
  ///   which the numbers of the specs come late: those before them have to be taken first.
  package init(isDummy: Bool) {
    // In the order of that list, to the console and to the host: the latter once 1 is gone.
    let outputs: [UInt8] = isDummy ? [0x02, 0x07, 0x0C] : []
    let inputs: [UInt8] = isDummy ? [0x85, 0x86, 0x8A, 0x8B, 0x8F] : []
    entries =
      outputs.map(Entry.filler) + [.ours(.command), .ours(.stream)] + inputs.map(Entry.filler)
      + [.ours(.safety)]
  }

  /// The number of an endpoint's file.
  package func file(of endpoint: ConsoleProtocol.Endpoint) -> Int? {
    entries.firstIndex { if case .ours(endpoint) = $0 { true } else { false } }.map { $0 + 1 }
  }

  package var descriptors: [UInt8] {
    let full = list(.full)
    let high = list(.high)
    let count = le(UInt32(entries.count + 1))
    let body = le(Flags.full | Flags.high) + count + count + full + high
    return le(Magic.descriptors) + le(UInt32(8 + body.count)) + body
  }

  package var strings: [UInt8] { le(Magic.strings) + le(16) + le(0) + le(0) }

  private func list(_ speed: Descriptors.Speed) -> [UInt8] {
    Descriptors.interface(endpoints: entries.count) + entries.flatMap { descriptor($0, speed) }
  }

  private func descriptor(_ entry: Entry, _ speed: Descriptors.Speed) -> [UInt8] {
    switch entry {
    case .ours(let endpoint): return Descriptors.endpoint(endpoint, speed)
    case .filler(let address):
      // Interrupt towards the host, which bulk hardware serves too; bulk the other way.
      if address & 0x80 != 0 { return [7, 5, address, 3, 8, 0, 16] }
      let packet: [UInt8] = speed == .high ? [0, 2] : [64, 0]
      return [7, 5, address, 2] + packet + [0]
    }
  }

  private func le(_ word: UInt32) -> [UInt8] { withUnsafeBytes(of: word.littleEndian, Array.init) }
}
