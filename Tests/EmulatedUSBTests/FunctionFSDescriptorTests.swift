import EmulatedUSB
import HardwareSpecs
import Testing

/// What FunctionFS is told, cut up as the kernel does.
@Suite struct FunctionFSDescriptorTests {
  private struct Endpoint: Equatable {
    var address: UInt8
    var attributes: UInt8
    var packet: Int
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  /// The endpoints of full and of high speed, in the order of their files.
  private func endpoints(_ bytes: [UInt8]) throws -> [[Endpoint]] {
    // Version 2, its length, both speeds, and how many descriptors each has.
    try #require(word(bytes, 0) == 3 && word(bytes, 4) == bytes.count && word(bytes, 8) == 3)
    var offset = 20
    let lists = try (0..<2).map { speed in
      try (0..<word(bytes, 12 + 4 * speed)).compactMap { _ -> Endpoint? in
        let length = Int(bytes[offset])
        defer { offset += length }
        try #require(length > 2 && offset + length <= bytes.count)
        guard bytes[offset + 1] == 5 else {
          #expect(bytes[offset + 1] == 4 && length == 9)
          return nil
        }
        return Endpoint(
          address: bytes[offset + 2], attributes: bytes[offset + 3],
          packet: Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8)
      }
    }
    #expect(offset == bytes.count)
    return lists
  }

  @Test(arguments: [false, true])
  func everyEndpointOfTheSpecsHasItsFile(_ isDummy: Bool) throws {
    let told = FunctionFSDescriptors(isDummy: isDummy)
    let lists = try endpoints(told.descriptors)
    for endpoint in ConsoleProtocol.Endpoint.allCases {
      let file = try #require(told.file(of: endpoint))
      for list in lists { #expect(list[file - 1].address == endpoint.address) }
      #expect(lists[1][file - 1].packet == endpoint.maxPacket)
      #expect(lists[0][file - 1].packet == min(64, endpoint.maxPacket))
      #expect(lists[1][file - 1].attributes == (endpoint.interval == nil ? 2 : 3))
    }
    // The kernel tells endpoints apart by their addresses, and wants both speeds alike.
    #expect(Set(lists[1].map(\.address)).count == lists[1].count)
    #expect(lists[0].map(\.address) == lists[1].map(\.address))
    #expect(lists[1].count == (isDummy ? 11 : 3))
  }

  @Test func thereAreNoStringsOfItsOwn() {
    let strings = FunctionFSDescriptors(isDummy: false).strings
    #expect(strings == [2, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }
}
