import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ tryOne: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What the decoders made of the inputs: the optimiser must not think that nobody asks.
nonisolated(unsafe) var sink: UInt64 = 0

/// The decoder that is fuzzed, by $FUZZ_TARGET; all other arguments are libFuzzer's. With $FUZZ_SEEDS, a
/// folder, inputs to begin with are written there instead.
nonisolated(unsafe) private var target: Target?

@_cdecl("Fuzz_main")
public func fuzzMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  guard let name = getenv("FUZZ_TARGET"), let named = Target(rawValue: String(cString: name)) else {
    let names = Target.allCases.map(\.rawValue).joined(separator: " ")
    let text = "fuzz: set FUZZ_TARGET to one of: \(names)\n"
    _ = text.utf8CString.withUnsafeBytes { write(2, $0.baseAddress, $0.count - 1) }
    return 2
  }
  if let folder = getenv("FUZZ_SEEDS") {
    return writeSeeds(of: named, to: String(cString: folder)) ? 0 : 1
  }
  target = named
  var count = count
  var arguments = arguments
  return runDriver(&count, &arguments) { bytes, length in
    guard let bytes else { return 0 }
    sink &+= target?.decode(UnsafeRawBufferPointer(start: bytes, count: length)) ?? 0
    return 0
  }
}
