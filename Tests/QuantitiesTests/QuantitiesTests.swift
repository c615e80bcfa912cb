import Quantities
import Testing

@Suite struct TimeTests {
  static let wild: [UInt64] = [0, 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, .max - 1, .max]

  // R27: a difference is exact where 64 bits hold it, and clamped, never wrapped, where not.
  @Test func differencesAreClampedAndNeverWrap() {
    for a in Self.wild {
      for b in Self.wild {
        let host = HostInstant(nanoseconds: a) - HostInstant(nanoseconds: b)
        let device = DeviceInstant(nanoseconds: a) - DeviceInstant(nanoseconds: b)
        let magnitude = min(a >= b ? a - b : b - a, UInt64(Int64.max))
        #expect(host.count == (a >= b ? Int64(magnitude) : -Int64(magnitude)))
        #expect(device == host)
        #expect(host.magnitude.count == Int64(magnitude))
      }
    }
  }

  @Test func instantsMoveBothWays() {
    let t = HostInstant(nanoseconds: 1 << 40)
    #expect((t + .milliseconds(3)) - t == .milliseconds(3))
    #expect((t + .milliseconds(-3)) - t == .milliseconds(-3))
    #expect(DeviceInstant(nanoseconds: 5) + Nanoseconds(-5) == DeviceInstant(nanoseconds: 0))
  }

  @Test func unitsOfTimeAgree() {
    #expect(Nanoseconds.seconds(1) == .milliseconds(1_000))
    #expect(Nanoseconds.milliseconds(1) == .microseconds(1_000))
    #expect(Nanoseconds.microseconds(1).count == 1_000)
    #expect(Nanoseconds.seconds(2) / 4 == .milliseconds(500))
    #expect(Nanoseconds.milliseconds(2) * 3 == .milliseconds(6))
    #expect(Nanoseconds.seconds(1).seconds == 1 && Nanoseconds.milliseconds(1).milliseconds == 1)
    var t = Nanoseconds.zero
    t += .seconds(1)
    #expect(t - .milliseconds(1) + .milliseconds(1) == .seconds(1))
    #expect(HostInstant(nanoseconds: 1) < HostInstant(nanoseconds: 2))
    #expect(DeviceInstant(nanoseconds: 1) < DeviceInstant(nanoseconds: 2))
  }
}

@Suite struct FreshTests {
  // R08: no older than the limit, and not from the future.
  @Test func valueIsGivenOnlyWithinItsAge() {
    let now = HostInstant(nanoseconds: 1 << 40)
    for (age, expected) in [
      (Int64(-1), false), (0, true), (1, true), (30, true), (31, false), (1 << 39, false),
      (-(1 << 39), false),
    ] {
      let value = Fresh(7, since: now + Nanoseconds(-age))
      #expect((value.value(at: now, within: Nanoseconds(30)) == 7) == expected, "age \(age)")
      #expect(value.age(at: now) == Nanoseconds(age))
    }
    for wild in TimeTests.wild {
      #expect(Fresh(7, since: HostInstant(nanoseconds: wild)).value(at: now, within: .zero) == nil)
    }
    #expect(Fresh(1, since: now) == Fresh(1, since: now))
    #expect(Fresh(1, since: now) != Fresh(2, since: now))
  }
}

@Suite struct UnitTests {
  @Test func anglesWrapToHalfATurn() {
    for (angle, expected) in [
      (0, 0), (179_999, 179_999), (180_000, -180_000), (-180_000, -180_000), (-180_001, 179_999),
      (360_000, 0), (540_000, -180_000), (-720_001, -1),
    ] as [(Int32, Int32)] {
      #expect(Millidegrees(angle).wrapped == Millidegrees(expected), "\(angle)")
    }
    for angle in [Int32.min, .max] {
      #expect((-180_000..<180_000).contains(Millidegrees(angle).wrapped.count))
    }
  }

  @Test func unitsConvert() {
    #expect(Micrometres(1_500).millimetres == 1.5)
    #expect(Millidegrees(1_500).degrees == 1.5)
    #expect(CentiDecibels(-150).decibels == -1.5)
    #expect(Micrometres(5) - Micrometres(7) == Micrometres(-2))
    #expect((Micrometres(5) - Micrometres(7)).magnitude == Micrometres(2))
    #expect((Millidegrees(5) - Millidegrees(7)).magnitude == Millidegrees(2))
    #expect(Micrometres(5) + Micrometres(7) == Micrometres(12))
    #expect(CentiDecibels(5) + CentiDecibels(7) - CentiDecibels(2) == CentiDecibels(10))
    #expect(Micrometres(1) < Micrometres(2) && Millidegrees(1) < Millidegrees(2))
    #expect(CentiDecibels(1) < CentiDecibels(2))
    #expect(MillimetresPerSecond(1) < MillimetresPerSecond(2))
  }

  // R12: two serial numbers are equal only if all 16 characters are.
  @Test func serialNumberKeepsSixteenCharacters() {
    let serial = SerialNumber("ABCDEFGHIJKLMNOP")
    for index in 0..<16 { #expect(serial[index] == UInt8(65 + index)) }
    #expect(SerialNumber("ABCDEFGHIJKLMNOPQ") == serial)
    #expect(SerialNumber("ABCDEFGHIJKLMNO") != serial)
    #expect(SerialNumber("ABCDEFGHIJKLMNO")[15] == 0)
    #expect(SerialNumber(low: serial.low, high: serial.high) == serial)
  }
}
