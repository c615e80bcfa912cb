/// A unit that spec files may use: a known base unit, or several of them divided (`dB/cm/MHz`).
public struct SpecUnit: Hashable, Sendable {
  /// As written in the file.
  public let text: String
  /// What the name of a real number ends in: `soundSpeed` in `m/s` is `soundSpeedMPerS`.
  public let suffix: String

  /// nil when the unit is not known.
  public init?(_ text: String) {
    var suffix = ""
    for (index, part) in text.split(separator: "/", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { suffix += "Per" }
      let power = part.last.flatMap { $0 == "2" || $0 == "3" ? String($0) : nil } ?? ""
      let base = String(part.dropLast(power.count))
      if index == 0, base == "1", power.isEmpty { continue }
      guard let name = Self.bases[base] else { return nil }
      suffix += name + power
    }
    self.text = text
    self.suffix = suffix
  }

  /// Base units and how each is written at the end of a name.
  static let bases: [String: String] = [
    "ratio": "",
    // Lengths, angles, times and rates
    "m": "M", "cm": "CM", "mm": "MM", "um": "UM", "nm": "NM", "in": "In", "Fr": "Fr",
    "deg": "Deg", "mdeg": "Mdeg", "rad": "Rad", "turn": "Turn",
    "min": "Min", "s": "S", "ms": "MS", "us": "US", "ns": "NS", "device_ns": "DeviceNS",
    "Hz": "Hz", "kHz": "KHz", "MHz": "MHz", "GHz": "GHz", "bpm": "BPM",
    // Levels
    "dB": "DB", "cdB": "CDB", "Np": "Np",
    // Counts
    "LSB": "LSB", "bit": "Bit", "bits": "Bits", "bytes": "Bytes", "samples": "Samples",
    "sample": "Sample", "frames": "Frames", "frame": "Frame", "cycles": "Cycles",
    "elements": "Elements", "count": "Count", "S": "Samples", "MS": "Megasamples",
    // Mechanics, heat and electricity
    "kg": "Kg", "g": "G", "N": "N", "mN": "MN", "Pa": "Pa", "kPa": "KPa", "MPa": "MPa",
    "mmHg": "MMHg", "Rayl": "Rayl", "MRayl": "MRayl", "mL": "ML", "degC": "DegC",
    "cdegC": "CdegC", "K": "K", "V": "V", "mV": "MV", "A": "A", "mA": "MA", "W": "W", "mW": "MW",
    "ohm": "Ohm", "%": "Percent",
  ]
}
