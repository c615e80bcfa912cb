import ArgumentParser
import Foundation
import Synchronization

/// The real interlock and the real firmware in simulated time, with faults, under a judge of truth.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulates host, link, firmware, drive and world with seeded faults.",
    discussion: """
      A step is a millisecond of simulated time: a round of the firmware and a step of the interlock.
      Exits with 1 when the drive was on when it must not be, when a fault was hit too seldom while it
      was on, when it was on too little, or when a defect was not caught.
      """)

  @Option(help: "Steps to take.") var steps = 1_000_000
  @Option(help: "Seed of the campaign.") var seed: UInt64 = 1
  @Option(help: "Threads; the result depends on their number.") var shards = 2
  @Option(help: "Steps without any fault, to count false trips.") var nominal = 0
  @Option(help: "Each fault must begin so often while the drive is on.") var hits = 0
  @Option(help: "Runs a saved session again.") var replay: String?
  @Option(help: "Writes the counts as JSON.") var json: String?
  @Option(help: "Writes the table of faults as Markdown.") var table: String?
  @Option(help: "Where violations are saved.") var save = "results/prove"
  @Flag(help: "Also puts each defect into the adapters, and asks that it is caught.")
  var defects = false
  @Flag(help: "Lists the faults.") var kinds = false

  func validate() throws {
    guard steps >= 0, nominal >= 0, (1...64).contains(shards) else {
      throw ValidationError("steps and nominal are 0 or more, shards 1 to 64")
    }
  }

  func run() throws {
    if kinds {
      for kind in SimulationFault.allCases { print("\(kind): \(kind.what)") }
      return
    }
    if let replay { return try rerun(replay) }
    print(
      "simulate: seed \(seed), \(shards) shards, \(SimulationFault.allCases.count) kinds of fault")
    var isGood = true
    if steps > 0 { isGood = try runCampaign() && isGood }
    if nominal > 0 { runNominal() }
    if defects { isGood = try runDefects() && isGood }
    if !isGood { throw ExitCode(1) }
  }

  private func runCampaign() throws -> Bool {
    let done = Mutex(0)
    let all = steps
    let result = SimulationCampaign(seed: seed, steps: steps, shards: shards).run { more in
      let sum = done.withLock {
        $0 += more
        return $0
      }
      FileHandle.standardError.write(Data("simulate: \(sum) of \(all) steps\n".utf8))
    }
    let counts = result.counts
    print(counts.table())
    print(
      """
      \(counts.steps) steps in \(counts.sessions) sessions; drive on in \(counts.energised) \
      (\(percent(counts.share)) %), interlock enabled in \(counts.enabled)
      \(counts.permits) openings of the gate, \(counts.leases) leases, \(counts.latches) latched \
      faults; \(counts.pairs) pairs of faults overlapped
      fewest hits of a fault while the drive was on: \
      \(counts.kinds.map(\.hitsWhileOn).min() ?? 0) (\(counts.rarest))
      unsafe: \(counts.unsafe)
      """)
    for violation in result.violations { try tell(violation) }
    if let table { try Data(counts.table().utf8).write(to: URL(fileURLWithPath: table)) }
    if let json { try write(counts, to: json) }
    let isOnEnough = steps < 100_000 || counts.share >= 0.2
    let isHitEnough = counts.kinds.allSatisfy { $0.hitsWhileOn >= hits }
    if !isOnEnough { print("simulate: the drive was on in less than 20 % of the steps") }
    if !isHitEnough { print("simulate: a fault was hit less than \(hits) times while on") }
    return counts.unsafe == 0 && isOnEnough && isHitEnough
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f", share * 100) }

  private func tell(_ session: SimulationSession) throws {
    let file = SimulationFile(SimulationShrinker.shrink(session))
    try FileManager.default.createDirectory(
      atPath: save, withIntermediateDirectories: true)
    let path = "\(save)/simulation-\(file.defect.map { "\($0)-" } ?? "")\(session.seed).json"
    try Data(try file.text().utf8).write(to: URL(fileURLWithPath: path))
    let faults = file.faults.map { "\($0.kind) at \($0.at) for \($0.lasts) (\($0.amount))" }
    print(
      "  \(file.violation) at \(file.at) ms: \(faults.joined(separator: ", ")): "
        + "Prove simulate --replay \(path)")
  }

  private func runNominal() {
    let campaign = SimulationCampaign(seed: seed, steps: nominal, shards: shards)
    let found = campaign.runNominal(nominal)
    let hours = Double(found.steps) / 3_600_000
    // With no event in T hours the rate is below 3 ÷ T with 95 % confidence (Poisson).
    print(
      """
      nominal: \(String(format: "%.2f", hours)) h without a fault, drive on in \
      \(percent(Double(found.energised) / Double(max(1, found.steps)))) %; false trips \
      \(found.trips), \(String(format: "%.2f", Double(found.trips) / hours * 100)) in 100 h\
      \(found.trips == 0 ? "; below \(String(format: "%.1f", 300 / hours)) in 100 h (95 %)" : "")
      \(Set(found.causes).sorted().joined(separator: ", "))
      """)
  }

  private func runDefects() throws -> Bool {
    var isGood = true
    for defect in SimulationDefect.allCases {
      var campaign = SimulationCampaign(seed: seed, steps: 3_000_000, shards: shards)
      campaign.defect = defect
      campaign.stopsAtViolation = true
      let result = campaign.run { _ in }
      let isCaught = result.counts.unsafe > 0
      print(
        "defect \(defect): \(isCaught ? "caught" : "NOT CAUGHT") in \(result.counts.steps) steps")
      if let first = result.violations.first { try tell(first) }
      isGood = isGood && isCaught
    }
    return isGood
  }

  private func rerun(_ path: String) throws {
    let file = try JSONDecoder().decode(
      SimulationFile.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
    var session = SimulationSession(
      seed: file.seed, plan: .fixed(try file.events()), defect: file.defect)
    session.run(
      limit: file.at + 2_000,
      began: { event, phase, isOn in
        print("\(event.at) ms, \(phase), drive \(isOn ? "on" : "off"): \(event.kind)")
      }, off: { print("  off \($0.milliseconds) ms after \($0.kind)") })
    guard let violation = session.judge.violation else { return print("nothing unsafe") }
    print("\(violation.at) ms: \(violation.text)")
    throw ExitCode(1)
  }

  private func write(_ counts: SimulationCounts, to path: String) throws {
    var kinds: [String: [String: Int]] = [:]
    for kind in SimulationFault.allCases {
      let k = counts.kinds[Int(kind.rawValue)]
      kinds["\(kind)"] = [
        "hits": k.hits, "hits_while_on": k.hitsWhileOn, "off_p50_ms": k.percentile(0.5) ?? -1,
        "off_p99_ms": k.percentile(0.99) ?? -1, "off_max_ms": k.longest ?? -1,
      ]
      for phase in SimulatedOperator.Phase.allCases {
        kinds["\(kind)"]?["hits_\(phase)"] = k.byPhase[Int(phase.rawValue)]
      }
    }
    let report: [String: Any] = [
      "seed": seed, "shards": shards, "steps": counts.steps, "steps_on": counts.energised,
      "sessions": counts.sessions, "permits": counts.permits, "leases": counts.leases,
      "latches": counts.latches, "pairs": counts.pairs, "unsafe": counts.unsafe, "kinds": kinds,
    ]
    let data = try JSONSerialization.data(
      withJSONObject: report, options: [.prettyPrinted, .sortedKeys])
    try data.write(to: URL(fileURLWithPath: path))
  }
}
