import SpecFiles
import Testing

@Suite struct SwiftNameTests {
  @Test(arguments: [
    ("lease", "lease"), ("decision_id", "decisionID"), ("id", "id"), ("id_word", "idWord"),
    ("header_crc", "headerCRC"), ("snr_min", "snrMin"), ("peak_snr", "peakSNR"),
    ("temperature_cdegc", "temperatureCdegc"), ("supply_mv", "supplyMv"), ("usb_port", "usbPort"),
    ("frame_stale_after", "frameStaleAfter"), ("wire_014", "wire014"),
  ])
  func memberNames(_ snake: String, _ swift: String) {
    #expect(SwiftName.member(snake) == swift)
  }

  @Test func typeNamesAndKeywords() {
    #expect(SwiftName.type("muscle_wall") == "MuscleWall")
    #expect(SwiftName.type("crc") == "CRC")
    #expect(SwiftName.declared("default") == "`default`")
    #expect(SwiftName.declared("stop") == "stop")
  }

  @Test(arguments: ["", "A", "_a", "a_", "a__b", "7fr", "a-b", "ä", "a b"])
  func whatIsNotSnakeCaseIsRefused(_ name: String) {
    #expect(!SwiftName.isSnakeCase(name))
  }

  @Test(arguments: ["", "a", "7A", "A_b", "A b", "Type", "Self", "Protocol"])
  func whatCannotNameATypeIsRefused(_ name: String) {
    #expect(!SwiftName.isTypeName(name))
  }

  @Test(arguments: [
    ("mm", "MM"), ("m/s", "MPerS"), ("mm/s", "MMPerS"), ("deg", "Deg"), ("deg/cm", "DegPerCM"),
    ("dB/cm", "DBPerCM"), ("dB/mm", "DBPerMM"), ("dB/cm/MHz", "DBPerCMPerMHz"), ("Hz", "Hz"),
    ("1", ""), ("ratio", ""), ("1/s", "PerS"), ("kg/m3", "KgPerM3"), ("LSB", "LSB"), ("bit", "Bit"),
    ("MPa", "MPa"), ("us", "US"),
  ])
  func unitsEndNames(_ text: String, _ suffix: String) throws {
    #expect(try #require(SpecUnit(text)).suffix == suffix)
  }

  @Test(arguments: ["", "/", "mm/", "/s", "furlong", "MM", "mm/1", "2", "m4", "mm s"])
  func unknownUnitsAreRefused(_ text: String) {
    #expect(SpecUnit(text) == nil)
  }
}
