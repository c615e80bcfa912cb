import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct ReadbackTests {
  static let on: SafetyFlags = [.driveReadback]

  // R24: either line on without a permit latches, in every state in which nothing is permitted.
  @Test func driveLineStuckOnLatches() {
    for flag in [SafetyFlags.driveReadback, .driveCommanded] {
      for start in [Bench.locked(), .searched(), .armed()] {
        var bench = start
        bench.steps(6)
        for _ in 0..<2 {
          bench.step { $0.status?.value.flags.insert(flag) }
          #expect(bench.cause == nil)
        }
        bench.step { $0.status?.value.flags.insert(flag) }
        #expect(bench.cause == .check(.consoleReadback))
      }
    }
  }

  // R20, R24: a line that is still on is not acknowledged away.
  @Test func driveLineStuckOnIsNotAcknowledgedAway() {
    var bench = Bench.locked()
    for _ in 0..<3 { bench.step { $0.status?.value.flags.insert(.driveReadback) } }
    #expect(bench.cause == .check(.consoleReadback))
    for _ in 0..<10 {
      bench.step { $0.status?.value.flags.insert(.driveReadback) }
      bench.step(.acknowledge, acknowledging: bench.cause) {
        $0.status?.value.flags.insert(.driveReadback)
      }
      #expect(bench.cause == .check(.consoleReadback))
    }
    bench.steps(2)
    bench.acknowledge()
    #expect(bench.isLocked)
  }

  // R24: after an advance the drive must be off within a lease and two statuses, then 20 ms.
  @Test func driveThatStaysOnAfterAnAdvanceLatches() {
    var bench = Bench.enabled()
    bench.steps(5)
    bench.step(.disarm)
    var count = 0
    while bench.cause == nil, count < 100 {
      bench.step { $0.status?.value.flags.insert(.driveReadback) }
      count += 1
    }
    #expect(bench.cause == .check(.consoleReadback))
    #expect(count <= 8)
  }

  // R24: a lease that the console does not echo.
  @Test func leaseThatIsNotEchoedLatches() {
    var bench = Bench.enabled()
    var count = 0
    while bench.isEnabled, count < 100 {
      bench.step { $0.status?.value.flags.remove(.leaseActive) }
      count += 1
    }
    #expect(bench.cause == .check(.consoleReadback))
    #expect(count <= 8)
  }

  // R24: a slow creep outward adds up; pulling back is none.
  @Test func needleThatCreepsWithoutAPermitLatches() {
    var start = Bench()
    start.depth = 5_000
    var bench = Bench.locked(start)
    for _ in 0..<50 {
      bench.depth -= 10
      bench.step()
    }
    #expect(bench.isLocked)
    var travelled: Int32 = 0
    while bench.cause == nil, travelled < 1_000 {
      bench.depth += 1
      travelled += 1
      bench.step()
    }
    #expect(bench.cause == .check(.consoleReadback) && (101...104).contains(travelled))
    bench.step()
    bench.acknowledge()
    // Where it has come to is where it is to stay: 100 µm from there, not from the start.
    #expect(bench.isLocked)
    bench.steps(10)
    #expect(bench.isLocked)
  }

  // R16, R20
  @Test func emergencyStopLatchesInEveryState() {
    for start in [Bench.locked(), .searched(), .armed(), .pressed(), .enabled()] {
      var bench = start
      bench.step { $0.status?.value.flags.remove(.estopOk) }
      #expect(bench.cause == .check(.consoleEstop))
    }
  }

  // R13, R23: every trip of the console latches here; its own start only denies.
  @Test func tripOfTheConsoleLatches() {
    for trip in TripCause.allCases {
      var bench = Bench.locked()
      bench.step { $0.status?.value.trip = trip }
      switch trip {
      case .none: #expect(bench.decision!.report[.consoleTrip].permits == true)
      case .powerUp: #expect(bench.decision!.report[.consoleTrip].verdict == .deny)
      default: #expect(bench.cause == .check(.consoleTrip))
      }
    }
  }

  // R20: every check and cause has a name and a remedy to show.
  @Test func everyCheckHasANameAndARemedy() {
    var names: Set<String> = []
    for id in CheckID.allCases {
      names.insert("\(id.name)")
      #expect(!"\(id.remedy)".isEmpty && "\(id.unit)".count < 12)
      #expect("\(FaultCause.check(id).name)" == "\(id.name)")
    }
    #expect(names.count == CheckID.count)
    #expect("\(FaultCause.powerUp.name)" == "interlock.power_up")
  }
}
