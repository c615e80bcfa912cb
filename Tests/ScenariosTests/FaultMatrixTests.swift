import ConsoleEmulator
import HardwareSpecs
import Quantities
import Scenarios
import Testing

@Suite struct FaultMatrixTests {
  /// The whole matrix: every kind of fault while searching, while armed, while the needle moves.
  @Test func everyFaultAtEveryPhaseEndsWithTheDriveOffInTimeAndNoUnsafeEnable() throws {
    let matrix = FaultMatrix()
    let cells = try matrix.run(jobs: 2)
    #expect(cells.count == FaultKind.allCases.count * RunPhase.allCases.count)
    for cell in cells {
      let name = "\(cell.kind) in \(cell.phase), seed \(matrix.seed)"
      #expect(cell.unsafeEnables == 0, "\(name)")
      #expect(cell.outcome == "passed", "\(name)")
      #expect(cell.problem == nil, "\(name): \(cell.problem ?? "")")
      if let off = cell.driveOff {
        #expect(off <= Limits.faultToDriveOff.milliseconds, "\(name): \(off) ms")
      }
      guard cell.phase == RunPhase.advance.rawValue else { continue }
      #expect(cell.driveOff != nil, "\(name): the drive was not on")
      #expect(!cell.faults.isEmpty, "\(name): no cause was latched")
      #expect(!cell.crossed || cell.kind == FaultKind.enableStuck.rawValue, "\(name)")
    }
  }

  @Test func cellsComeInTheOrderOfKindsThenPhasesWhateverTheJobs() throws {
    let matrix = FaultMatrix(kinds: [.unplug, .clockJump], phases: [.armed, .advance], seed: 3)
    let one = try matrix.run(jobs: 1)
    #expect(one == (try matrix.run(jobs: 4)))
    #expect(one.map(\.kind) == ["unplug", "unplug", "clock_jump", "clock_jump"])
    #expect(one.map(\.phase) == ["armed", "advance", "armed", "advance"])
  }

  /// A stage that sticks long after the hand let go: its time counts from when it stuck.
  @Test func aStageThatSticksWhileNobodyHoldsTheSwitchIsOffInTime() throws {
    let matrix = FaultMatrix(kinds: [.driveStuckOn], phases: [.search])
    let cell = try #require(try matrix.run(jobs: 1).first)
    #expect(cell.unsafeEnables == 0)
    let off = try #require(cell.driveOff)
    #expect(off > 0 && off <= Limits.faultToDriveOff.milliseconds, "\(off) ms")
    #expect(cell.faults.first == "console.trip" || cell.faults.first == "console.readback")
  }
}
