import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// The clock monitor by itself: settling, windows, and what it forgets, to the nanosecond. (R15)
@Suite struct ClockWindowTests {
  typealias Reading = ClockMonitor.DeviceReading
  static let millisecond: UInt64 = 1_000_000

  /// A frame so long after the first, in ns, so much late (or ahead, if negative).
  static func reading(_ after: UInt64, late: Int64 = 0) -> Reading {
    let host = (UInt64(1) << 50) + after
    var monitor = ClockMonitor()
    monitor.note(
      deviceTime: DeviceInstant(nanoseconds: UInt64(Int64(1 << 40) + Int64(after) - late)),
      received: HostInstant(nanoseconds: host))
    return monitor.newestDevice!
  }

  static func monitor(_ readings: [Reading]) -> ClockMonitor {
    var monitor = ClockMonitor()
    for reading in readings {
      monitor.note(deviceTime: reading.device, received: reading.host)
    }
    return monitor
  }

  // R15: the first frame is replaced within 250 ms by one that is earlier by less than 250 ms.
  @Test func firstFrameIsReplacedWhileItSettles() {
    let settle = Limits.clockSettle.count
    let first = Self.reading(0)
    for (after, ahead, isReplaced, hasFailed) in [
      (UInt64(settle) - 1, Int64(10_000_000), true, false),
      (UInt64(settle), 10_000_000, false, false), (UInt64(settle) + 1, 10_000_000, false, false),
      (100_000_000, settle - 1, true, false), (100_000_000, settle, false, true),
      (100_000_000, 1, true, false), (100_000_000, 0, false, false),
      (100_000_000, -1, false, false),
    ] {
      let next = Self.reading(after, late: -ahead)
      let monitor = Self.monitor([first, next])
      #expect(monitor.device == (isReplaced ? next : first), "\(after), \(ahead)")
      #expect(monitor.hasFailed == hasFailed, "\(after), \(ahead)")
    }
  }

  // R15: it settles once.
  @Test func whatHasSettledStaysSettled() {
    let first = Self.reading(0)
    var back = Self.reading(100 * Self.millisecond)
    back.device = DeviceInstant(nanoseconds: first.device.nanoseconds + 300_000_001)
    let monitor = Self.monitor([first, Self.reading(300 * Self.millisecond), back])
    #expect(monitor.hasFailed && monitor.device == first)
  }

  // R08: what is compared from is not late.
  @Test func aNewBeginningIsNotLate() {
    var monitor = Self.monitor([
      Self.reading(0), Self.reading(50 * Self.millisecond, late: 9_000_000),
    ])
    #expect(monitor.lateness == .milliseconds(9))
    let earlier = Self.reading(60 * Self.millisecond, late: -5_000_000)
    var settled = monitor
    settled.note(deviceTime: earlier.device, received: earlier.host)
    #expect(settled.lateness == .zero && settled.device == earlier)
    monitor.resetDevice()
    monitor.note(deviceTime: earlier.device, received: earlier.host)
    #expect(monitor.lateness == .zero && monitor.device == earlier)
  }

  // R15: a late window lasts a second, and leaves the frame that was least late: the first of equals.
  @Test func lateWindowLeavesItsLeastLateFrame() {
    let first = Self.reading(0)
    let begun = Self.reading(100 * Self.millisecond)
    let end = begun.host.nanoseconds - first.host.nanoseconds + 1_000_000_000
    for (after, isOver) in [(end - 1, false), (end, true), (end + 1, true)] {
      let monitor = Self.monitor([first, begun, Self.reading(after)])
      #expect(monitor.leastLateBefore == (isOver ? begun : nil))
      #expect(monitor.leastLate == (isOver ? nil : begun))
    }
    let least = Self.reading(300 * Self.millisecond, late: 1_000_000)
    let monitor = Self.monitor([
      first, Self.reading(100 * Self.millisecond, late: 9_000_000), least,
      Self.reading(700 * Self.millisecond, late: 5_000_000),
      Self.reading(1_100 * Self.millisecond, late: 2_000_000),
    ])
    #expect(monitor.leastLateBefore == least)
  }

  // R15: after 10 s the least late frame of the window before is compared from.
  @Test func clocksAreComparedFromTheWindowBefore() {
    let frames = (0...100).map { Self.reading(UInt64($0) * 100 * Self.millisecond) }
    // Windows of 11 frames: the ninth begins with the 89th frame, and ends with the 99th.
    let before = Self.monitor(Array(frames[...99]))
    #expect(before.device == frames[0] && before.leastLateBefore == frames[89])
    let after = Self.monitor(frames)
    #expect(after.device == frames[89] && after.leastLateBefore == nil && !after.hasFailed)
    #expect(after.leastLate == frames[100])
  }

  // R15: or else the newest frame, to the nanosecond.
  @Test func clocksAreComparedFromTheNewestWithoutAWindow() {
    let window = UInt64(Limits.clockWindow.count)
    let first = Self.reading(0)
    for (after, isOver) in [(window - 1, false), (window, true), (window + 1, true)] {
      let late = Self.reading(after)
      #expect(Self.monitor([first, late]).device == (isOver ? late : first), "\(after)")
    }
  }

  // R15, R20: the biggest disagreement is shown, until an acknowledge.
  @Test func biggestDisagreementIsKept() {
    func at(_ now: UInt64, _ boot: UInt64?) -> (HostInstant, HostInstant?) {
      (HostInstant(nanoseconds: now), boot.map { HostInstant(nanoseconds: $0) })
    }
    func run(_ steps: [(UInt64, UInt64?)]) -> ClockMonitor {
      var monitor = ClockMonitor()
      for (now, boot) in steps {
        let (now, boot) = at(now, boot)
        monitor.note(now: now, bootTime: boot)
      }
      return monitor
    }
    for (apart, hasFailed) in [(UInt64(20_000_000), false), (20_000_001, true)] {
      let monitor = run([(0, 0), (10_000_000, 10_000_000 + apart), (20_000_000, 20_000_003)])
      #expect(monitor.hasFailed == hasFailed)
      #expect(monitor.disagreement == Nanoseconds(Int64(apart)))
    }
    #expect(!run([(7, nil), (7, nil)]).hasFailed)
    let back = run([(100, nil), (60, nil), (59, nil)])
    #expect(back.hasFailed && back.disagreement == Nanoseconds(40))
    #expect(run([(100, nil), (60, nil), (10, nil)]).disagreement == Nanoseconds(50))
  }

  // R12, R15, R20: a new connection forgets the console's clock; an acknowledge begins from the newest.
  @Test func whatBeginsAnewKeepsNothingOfBefore() {
    var frames = (0...13).map { Self.reading(UInt64($0) * 100 * Self.millisecond) }
    frames.append(Self.reading(1_400 * Self.millisecond, late: -50_000_000))
    var monitor = ClockMonitor()
    monitor.note(now: frames[0].host, bootTime: HostInstant(nanoseconds: 5))
    monitor.note(now: frames[1].host, bootTime: HostInstant(nanoseconds: 5))
    for frame in frames { monitor.note(deviceTime: frame.device, received: frame.host) }
    #expect(monitor.hasFailed && monitor.leastLate != nil && monitor.leastLateBefore != nil)
    var other = monitor
    other.resetDevice()
    #expect(other.device == nil && other.newestDevice == nil && other.settlingSince == nil)
    #expect(other.leastLate == nil && other.leastLateBefore == nil && other.hasFailed)
    #expect(monitor.boot != monitor.newestBoot)
    monitor.acknowledge()
    #expect(!monitor.hasFailed && monitor.disagreement == .zero)
    #expect(monitor.device == frames.last && monitor.settlingSince == frames.last?.host)
    #expect(monitor.leastLate == nil && monitor.leastLateBefore == nil)
    #expect(monitor.boot == monitor.newestBoot && monitor.boot != nil)
  }
}
