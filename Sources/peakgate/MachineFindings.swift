import Foundation
import Glibc

/// What this machine offers a control loop of 1 ms.
enum MachineFindings {
  static var realTime: [Finding] {
    [processors, scheduling, lockedMemory, kernel, governor, clockSource]
  }

  static var storage: [Finding] { [disk] }

  private static var processors: Finding {
    let count = ProcessInfo.processInfo.activeProcessorCount
    let found = "\(count) usable"
    return count >= 2
      ? Finding("processors", found)
      : Finding(
        "processors", .warn, found,
        remedy: "give the bench 2: one for the control loop, one for the rest")
  }

  /// Tried, not deduced: containers and cgroups refuse what limits allow.
  private static var scheduling: Finding {
    var parameters = sched_param()
    parameters.sched_priority = 1
    let isPermitted = sched_setscheduler(0, SCHED_FIFO, &parameters) == 0
    if isPermitted {
      parameters.sched_priority = 0
      _ = sched_setscheduler(0, SCHED_OTHER, &parameters)
      return Finding("real-time priority", "SCHED_FIFO is permitted")
    }
    let limit = ProcessFacts.limit("Max realtime priority") ?? "unknown"
    let capability = ProcessFacts.hasCapability(23) ? "with" : "without"
    return Finding(
      "real-time priority", .lack,
      "SCHED_FIFO is refused (limit \(limit), \(capability) CAP_SYS_NICE)",
      remedy: "put '@peakgate - rtprio 80' into /etc/security/limits.d/peakgate.conf, join the "
        + "group, log in again")
  }

  private static var lockedMemory: Finding {
    let limit = ProcessFacts.limit("Max locked memory") ?? "0"
    let megabytes = limit == "unlimited" ? Int.max : (Int(limit) ?? 0) >> 20
    let found = limit == "unlimited" ? "unlimited" : "\(megabytes) MiB"
    return megabytes >= 64 || ProcessFacts.hasCapability(14)
      ? Finding("locked memory", found)
      : Finding(
        "locked memory", .warn, found,
        remedy: "put '@peakgate - memlock 262144' into /etc/security/limits.d/peakgate.conf")
  }

  private static var kernel: Finding {
    let version = text("/proc/version") ?? ""
    if text("/sys/kernel/realtime") == "1" || version.contains("PREEMPT_RT") {
      return Finding("kernel", "PREEMPT_RT")
    }
    let model =
      ["PREEMPT_DYNAMIC", "PREEMPT"].first { version.contains($0) } ?? "no forced preemption"
    return Finding(
      "kernel", .warn, model,
      remedy: "for the least jitter install linux-image-rt-amd64 and boot it")
  }

  private static var governor: Finding {
    let path = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    guard let governor = text(path) else {
      return Finding("frequency scaling", "none that this system shows")
    }
    return governor == "performance"
      ? Finding("frequency scaling", governor)
      : Finding(
        "frequency scaling", .warn, governor,
        remedy: "run 'cpupower frequency-set -g performance' while a bench is live")
  }

  private static var clockSource: Finding {
    let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    let source = text(path) ?? "unknown"
    let good = ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"]
    return good.contains(source)
      ? Finding("clock source", source)
      : Finding(
        "clock source", .warn, source,
        remedy: "reading the time may be slow or coarse; choose tsc with clocksource=tsc at boot")
  }

  private static var disk: Finding {
    let folder = FileManager.default.currentDirectoryPath
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    let free = (facts?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    let found = "\(free >> 20) MiB free in \(folder)"
    let remedy = "make room, or give --results a folder elsewhere; a journal takes 12 MiB a minute"
    let finding =
      switch free >> 20 {
      case ..<100: Finding("disk", .lack, found, remedy: remedy)
      case ..<1_024: Finding("disk", .warn, found, remedy: remedy)
      default: Finding("disk", found)
      }
    return finding.asEssential
  }

  /// The one line of a file of /proc or /sys; nil when it cannot be read.
  static func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// What the kernel says of this process.
enum ProcessFacts {
  /// The soft limit of that name in /proc/self/limits.
  static func limit(_ name: String) -> String? {
    let lines = MachineFindings.text("/proc/self/limits")?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).split(separator: " ").first.map(String.init)
  }

  /// Whether an effective capability is held, by its number in capability.h.
  static func hasCapability(_ number: Int) -> Bool {
    let lines = MachineFindings.text("/proc/self/status")?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix("CapEff:") }),
      let bits = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return false }
    return bits >> UInt64(number) & 1 == 1
  }
}
