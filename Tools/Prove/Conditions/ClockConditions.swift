import HardwareSpecs
import Quantities
import SafetyInterlock

extension ConditionPair {
  private static let clockFile = "Monitors/ClockMonitor"

  /// A monitor after readings of host and console in ms; the console's clock starts 50 s ahead.
  private static func clock(_ readings: [(host: Int64, late: Int64)]) -> ClockMonitor {
    var monitor = ClockMonitor()
    for (host, late) in readings {
      let received = UInt64(1_000_000_000_000 + host * 1_000_000)
      monitor.note(
        deviceTime: DeviceInstant(
          nanoseconds: UInt64(Int64(received) + 50_000_000_000 - late * 1_000_000)),
        received: HostInstant(nanoseconds: received))
    }
    return monitor
  }

  private static func failed(_ monitor: ClockMonitor) -> String {
    monitor.hasFailed ? "failed" : "well"
  }

  private static func host(_ readings: [(now: UInt64, boot: UInt64?)]) -> String {
    var monitor = ClockMonitor()
    for (now, boot) in readings {
      monitor.note(
        now: HostInstant(nanoseconds: now * 1_000_000),
        bootTime: boot.map { HostInstant(nanoseconds: $0 * 1_000_000) })
    }
    return failed(monitor)
  }

  /// On time for 300 ms, so that the clocks have settled.
  private static let settled: [(host: Int64, late: Int64)] = [(0, 0), (100, 0), (200, 0), (300, 0)]

  static var clocks: [ConditionPair] {
    [
      ConditionPair(clockFile, "the host's clock was read before") {
        host(($0 ? [(9, 9)] : []) + [(8, 8)])
      },
      ConditionPair(clockFile, "the host's clock ran back") { host([(9, 9), ($0 ? 8 : 9, 9)]) },
      ConditionPair(clockFile, "boot time is known") { host([(9, 9), (9, $0 ? 99 : nil)]) },
      ConditionPair(clockFile, "boot time was read before") {
        host([(9, $0 ? 9 : nil), (9, 99)])
      },
      ConditionPair(clockFile, "the clocks differ by more than 20 ms") {
        host([(9, 9), (9, $0 ? 30 : 29)])
      },
      ConditionPair(clockFile, "a frame came before") {
        failed(clock(($0 ? [(0, 0)] : []) + [(5, 9)]))
      },
      ConditionPair(clockFile, "the console's clock ran back, or stood") {
        failed(clock([(0, 0), (5, $0 ? 5 : 4)]))
      },
      ConditionPair(clockFile, "something to compare from is known") { holds in
        "\(clock((holds ? [(0, 0)] : []) + [(50, 10)]).lateness.count)"
      },
      ConditionPair(clockFile, "the clocks are settling") { holds in
        // In both a frame comes 30 ms earlier than the one to compare from.
        var monitor = clock([(0, 30)])
        if !holds { monitor.settlingSince = nil }
        let received = UInt64(1_000_100_000_000)
        monitor.note(
          deviceTime: DeviceInstant(nanoseconds: received + 50_000_000_000),
          received: HostInstant(nanoseconds: received))
        return failed(monitor)
      },
      ConditionPair(clockFile, "less than 250 ms since settling began") { holds in
        failed(clock([(0, 30), (holds ? 249 : 250, 0)]))
      },
      ConditionPair(clockFile, "settling: an earlier frame") { holds in
        "\(clock([(0, 0), (100, holds ? -5 : 5)]).lateness.count)"
      },
      ConditionPair(clockFile, "settling: earlier by less than 250 ms") { holds in
        failed(clock([(0, 0), (100, holds ? -249 : -250)]))
      },
      ConditionPair(clockFile, "ahead, and not behind, is compared at once") { holds in
        failed(clock(settled + [(400, holds ? -21 : 21)]))
      },
      ConditionPair(clockFile, "the frame held up least is known") { holds in
        let frames: [(host: Int64, late: Int64)] = holds ? [(400, 0)] : []
        return clock([(0, 0)] + frames + [(450, 5)]).leastLate
          == clock([(0, 0), (450, 5)]).leastLate
          ? "this one" : "the one before"
      },
      ConditionPair(clockFile, "held up less than the least so far") { holds in
        let frames: [(host: Int64, late: Int64)] = [(0, 0), (300, 9), (400, holds ? 5 : 12)]
        return "\(clock(frames).leastLate?.host.nanoseconds ?? 0)"
      },
      ConditionPair(clockFile, "a second since the late window began") { holds in
        failed(clock(settled + late(until: holds ? 2_400 : 1_200)))
      },
      ConditionPair(clockFile, "10 s since the window began") { holds in
        // In a new window the same drift counts from its own beginning.
        let drift = stride(from: Int64(1_000), through: 14_000, by: 200).map {
          (host: $0, late: -$0 * 16 / 10_000)
        }
        var monitor = clock(settled + drift)
        if !holds { monitor = clock(settled + drift.filter { $0.host < 9_900 }) }
        return "\(monitor.device.map { $0.host.nanoseconds > 1_005_000_000_000 } ?? false)"
      },
      ConditionPair(clockFile, "a late window is over, for where the next begins") { holds in
        var monitor = clock(settled)
        monitor.leastLateBefore = holds ? monitor.device : nil
        monitor.device?.host = HostInstant(nanoseconds: 900_000_000_000)
        monitor.device?.device = DeviceInstant(nanoseconds: 950_000_000_000)
        let received = UInt64(1_000_400_000_000)
        monitor.note(
          deviceTime: DeviceInstant(nanoseconds: received + 50_000_000_000),
          received: HostInstant(nanoseconds: received))
        return "\(monitor.device?.host.nanoseconds == received)"
      },
    ]
  }

  /// Every frame 25 ms late, one each 100 ms from 400 ms on.
  private static func late(until end: Int64) -> [(host: Int64, late: Int64)] {
    stride(from: Int64(400), through: end, by: 100).map { ($0, 25) }
  }
}
