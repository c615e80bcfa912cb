import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import TestSupport
import Testing

/// Endpoint 0: what the device says it is, and what it refuses to understand.
@Suite struct DescriptorTests {
  private func get(
    _ bench: DeviceBench, _ type: UInt16, _ index: UInt16 = 0, length: UInt16 = 255
  ) -> [UInt8]? {
    let setup = SetupPacket(
      requestType: 0x80, request: 6, value: type << 8 | index, index: 0, length: length)
    guard case .done(let bytes) = bench.device.control(setup) else { return nil }
    return bytes
  }

  private func text(_ descriptor: [UInt8]?) -> String? {
    guard let descriptor, descriptor.count == Int(descriptor[0]), descriptor[1] == 3 else {
      return nil
    }
    let units = stride(from: 2, to: descriptor.count, by: 2).map {
      UInt16(descriptor[$0]) | UInt16(descriptor[$0 + 1]) << 8
    }
    return String(decoding: units, as: UTF16.self)
  }

  @Test func deviceDescriptorNamesTheSpecsIds() throws {
    let bytes = try #require(get(DeviceBench(), 1))
    #expect(bytes.count == 18 && bytes[0] == 18)
    #expect(bytes[2] == 0x00 && bytes[3] == 0x02)
    #expect(UInt16(bytes[8]) | UInt16(bytes[9]) << 8 == ConsoleProtocol.vendorID)
    #expect(UInt16(bytes[10]) | UInt16(bytes[11]) << 8 == ConsoleProtocol.productID)
    #expect(bytes[17] == 1)
  }

  @Test func configurationIsWholeAndNamesEveryEndpoint() throws {
    let bytes = try #require(get(DeviceBench(), 2))
    #expect(bytes.count == Int(bytes[2]) | Int(bytes[3]) << 8)
    var found: [UInt8: (attributes: UInt8, packet: Int, interval: UInt8)] = [:]
    var offset = 0
    while offset < bytes.count {
      let length = Int(bytes[offset])
      try #require(length > 1 && offset + length <= bytes.count)
      if bytes[offset + 1] == 5 {
        found[bytes[offset + 2]] = (
          bytes[offset + 3], Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8, bytes[offset + 6]
        )
      }
      offset += length
    }
    #expect(found.count == ConsoleProtocol.Endpoint.allCases.count)
    for endpoint in ConsoleProtocol.Endpoint.allCases {
      let described = try #require(found[endpoint.address])
      #expect(described.packet == endpoint.maxPacket)
      #expect(described.attributes == (endpoint.interval == nil ? 2 : 3))
      #expect(described.interval == endpoint.interval ?? 0)
    }
  }

  @Test func aHighSpeedDeviceSaysWhatItWouldBeAtFullSpeed() throws {
    let bench = DeviceBench()
    let qualifier = try #require(get(bench, 6))
    #expect(qualifier.count == 10 && qualifier[8] == 1)
    let other = try #require(get(bench, 7))
    #expect(other[1] == 7 && other.count == get(bench, 2)?.count)
  }

  @Test func stringsAreTheSpecsAndTheSerialIsTheConsoles() {
    let bench = DeviceBench()
    #expect(get(bench, 3, 0) == [4, 3, 0x09, 0x04])
    #expect(text(get(bench, 3, 1)) == "\(ConsoleProtocol.manufacturer)")
    #expect(text(get(bench, 3, 2)) == "\(ConsoleProtocol.product)")
    #expect(text(get(bench, 3, 3)) == "PG-TEST-0001")
    // Another console in its place says another serial number.
    bench.bench.emulator.begin(.wrongDevice)
    bench.device.refresh()
    #expect(text(get(bench, 3, 3)) == "PG-TEST-0002")
  }

  @Test func answersAreCutToWhatTheHostTakes() {
    #expect(get(DeviceBench(), 1, length: 8)?.count == 8)
    #expect(get(DeviceBench(), 2, length: 9)?.count == 9)
  }

  /// Type, request, value, index, length.
  @Test(arguments: [
    [0x80, 6, 0x0F00, 0, 255],  // BOS: there is none at USB 2.00
    [0x80, 6, 0x0304, 0, 255],  // a string that does not exist
    [0x80, 6, 0x0201, 0, 255],  // a second configuration
    [0x80, 12, 0, 0, 2],  // unknown
    [0x81, 6, 0x2200, 0, 255],  // a report of a class that this is not
    [0x00, 9, 2, 0, 0],  // a configuration that does not exist
    [0x00, 3, 1, 0, 0],  // remote wake-up
    [0x01, 11, 1, 0, 0],  // a setting that does not exist
    [0x01, 11, 0, 1, 0],  // an interface that does not exist
    [0x02, 1, 0, 0x83, 0],  // an endpoint that does not exist
    [0xC0, 1, 0, 0, 8],  // vendor
    [0x21, 0x22, 3, 0, 0],  // class
  ])
  func unknownRequestsStall(_ words: [Int]) {
    let setup = SetupPacket(
      requestType: UInt8(words[0]), request: UInt8(words[1]), value: UInt16(words[2]),
      index: UInt16(words[3]), length: UInt16(words[4]))
    #expect(DeviceBench().device.control(setup) == .stalled)
  }

  @Test func statusOfAnEndpointShowsItsHalt() {
    let bench = DeviceBench()
    let status = SetupPacket(requestType: 0x82, request: 0, value: 0, index: 0x81, length: 2)
    let halt = SetupPacket(requestType: 0x02, request: 3, value: 0, index: 0x81, length: 0)
    #expect(bench.device.control(status) == .done([0, 0]))
    #expect(bench.device.control(halt) == .done([]))
    #expect(bench.device.control(status) == .done([1, 0]))
    bench.device.clearHalt(0x81)
    #expect(bench.device.control(status) == .done([0, 0]))
  }

  @Test func beforeItIsConfiguredThereAreNoEndpoints() {
    let bench = DeviceBench(isConfigured: false)
    #expect(
      bench.device.control(
        SetupPacket(requestType: 0x80, request: 8, value: 0, index: 0, length: 1)) == .done([0]))
    #expect(!bench.device.setInterface(0, alternate: 0))
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .stalled)
    #expect(bench.device.setConfiguration(1))
    #expect(bench.end(of: bench.ask(.stream, 512)) == nil)
    bench.device.reset()
    #expect(bench.device.configuration == 0)
  }

  @Test func setupPacketsAreEightBytes() {
    let bytes: [UInt8] = [0x80, 6, 0x02, 0x03, 0x09, 0x04, 0xFF, 0x00]
    let setup = bytes.withUnsafeBytes { SetupPacket(bytes: $0) }
    #expect(
      setup
        == SetupPacket(requestType: 0x80, request: 6, value: 0x0302, index: 0x0409, length: 255))
    #expect(bytes[1...].withUnsafeBytes { SetupPacket(bytes: $0) } == nil)
  }
}
