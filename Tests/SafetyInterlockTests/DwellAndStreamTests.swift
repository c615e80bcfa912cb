import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct DwellAndStreamTests {
  // R07: with 10 ms frames the dwell is the first good frame and 50 more.
  @Test func oneBadFrameAnywhereBeginsTheDwellAnew() {
    var start = Bench.armed()
    start.isPressed = false
    start.step { $0.frame?.signal = nil }
    start.isPressed = true
    for position in 0..<51 {
      var bench = start
      bench.steps(position)
      bench.step { $0.frame?.signal = nil }
      var count = 0
      while !bench.isEnabled, count < 200 {
        bench.step()
        count += 1
      }
      #expect(count == 51, "bad frame at \(position)")
    }
  }

  // R07: the time and the number of frames are both needed.
  @Test func dwellNeedsTimeAndFrames() {
    var bench = Bench.pressed()
    bench.period = 1_000_000
    bench.step { $0.frame?.signal = nil }
    bench.steps(500)
    #expect(!bench.isEnabled)
    bench.step()
    #expect(bench.isEnabled)

    bench = Bench.pressed()
    bench.step { $0.frame?.signal = nil }
    bench.period = 14_000_000
    // 36 frames take 504 ms; the 40th comes later.
    bench.steps(39)
    #expect(!bench.isEnabled)
    bench.step()
    #expect(bench.isEnabled)
  }

  // R07: a frame that is looked at twice is one frame.
  @Test func stepsWithoutAFrameDoNotFillTheDwell() {
    var bench = Bench.pressed()
    for count in 1...80 {
      bench.step()
      bench.step { $0.frame = nil }
      // The counter counts frames, not steps.
      bench.sequence &-= 1
      // 20 ms a frame: 40 frames, the three since arming included, take longer than 500 ms.
      if count < 37 { #expect(!bench.isEnabled) }
    }
    #expect(bench.isEnabled)
    bench = Bench.pressed()
    bench.step()
    for _ in 0..<200 {
      bench.step { $0.frame = nil }
      #expect(!bench.isEnabled)
    }
  }

  static let ages: [Int64] =
    Array(stride(from: -40_000_000, through: 40_000_000, by: 50_000)) + [
      -1, 1, 29_999_999, 30_000_001, -500_000_000,
    ]

  // R08: a full sweep of ages, negative ones included.
  @Test func framesAreFreshFrom0To30Milliseconds() {
    let enabled = Bench.enabled()
    for age in Self.ages {
      var bench = enabled
      let decision = bench.step {
        $0.frame?.received = HostInstant(nanoseconds: UInt64(Int64($0.now.nanoseconds) - age))
      }
      #expect(decision.report[.streamFresh].permits == (0...30_000_000).contains(age), "\(age)")
      if !(0...30_000_000).contains(age) { #expect(!decision.isEnabled) }
    }
  }

  // R08, R29
  @Test func statusIsFreshFrom0To30Milliseconds() {
    let enabled = Bench.enabled()
    for age in Self.ages {
      var bench = enabled
      let decision = bench.step {
        $0.status?.since = HostInstant(nanoseconds: UInt64(Int64($0.now.nanoseconds) - age))
      }
      #expect(decision.report[.consoleFresh].permits == (0...30_000_000).contains(age), "\(age)")
      if !(0...30_000_000).contains(age) {
        #expect(!decision.isEnabled && !decision.report[.consoleEstop].permits)
      }
    }
  }

  // R08, R27: the ends of 64 bits are as stale as can be.
  @Test func extremeInstantsAreStale() {
    let enabled = Bench.enabled()
    for wild in [0, 1, UInt64(1) << 63, (1 << 63) + 1, .max - 1, .max] as [UInt64] {
      for change in 0..<4 {
        var bench = enabled
        let decision = bench.step {
          let instant = HostInstant(nanoseconds: wild)
          switch change {
          case 0: $0.frame?.received = instant
          case 1: $0.status?.since = instant
          case 2: $0.bootTime = instant
          default: $0.frame?.deviceTime = DeviceInstant(nanoseconds: wild)
          }
        }
        #expect(!decision.isEnabled, "\(wild), change \(change)")
      }
    }
  }

  // R08: frames stop; the last one is good for 30 ms and not one ns more.
  @Test func lastFrameAgesInPlace() {
    for (late, expected) in [(Int64(0), true), (1, false)] {
      var bench = Bench.enabled()
      for period in [15_000_000, 15_000_000 + late] {
        bench.period = period
        bench.step { $0.frame = nil }
      }
      #expect(bench.decision!.report[.streamFresh].permits == expected)
      if !expected { #expect(!bench.isEnabled) }
    }
  }

  // R09
  @Test func thirdIdenticalPayloadLatches() {
    var bench = Bench.enabled()
    bench.step { $0.frame?.payloadCRC = 5 }
    bench.step { $0.frame?.payloadCRC = 5 }
    #expect(bench.isEnabled)
    bench.step { $0.frame?.payloadCRC = 5 }
    #expect(bench.cause == .check(.streamLive))
    // R20: while it repeats itself, acknowledging is too early.
    for _ in 0..<5 {
      bench.step()
      bench.step { $0.frame?.payloadCRC = 5 }
      bench.step { $0.frame?.payloadCRC = 5 }
      bench.step(.acknowledge, acknowledging: bench.cause) { $0.frame?.payloadCRC = 5 }
      #expect(bench.cause == .check(.streamLive))
    }
    bench.step()
    bench.acknowledge()
    #expect(bench.isLocked)
  }

  // R09, R10: a counter that stands still, or runs back.
  @Test func repeatedOrOlderFrameEndsTheEnable() {
    let enabled = Bench.enabled()
    for back in [UInt32(1), 2, 100, 0x7FFF_FFFF] {
      var bench = enabled
      let before = bench.interlock.memory.frame
      bench.step { $0.frame?.sequence &-= back }
      #expect(bench.cause == .check(.streamSequence), "back by \(back)")
      #expect(bench.interlock.memory.frame == before)
    }
    var bench = enabled
    bench.step { $0.frame?.sequence &+= 1 }
    #expect(bench.cause == .check(.streamSequence))
  }

  // R10: every start within ± 65,536 of the wrap.
  @Test func sequenceIsExactlyPreviousPlusOneThroughTheWrap() {
    for offset in -65_536...65_536 {
      let start = UInt32(truncatingIfNeeded: offset)
      var monitor = SequenceMonitor()
      let first = monitor.accept(start) == .first
      let next = monitor.accept(start &+ 1) == .next
      let same = monitor.accept(start &+ 1) == .behind(by: 0)
      let older = monitor.accept(start) == .behind(by: 1)
      let gap = monitor.accept(start &+ 4) == .gap(missing: 2)
      let half = monitor.accept(start &+ 4 &+ 0x8000_0000) == .behind(by: 0x8000_0000)
      #expect(first && next && same && older && gap && half, "start \(start)")
    }
  }

  // R11
  @Test func firstDamageDeniesAndSecondWithinTheWindowLatches() {
    var bench = Bench.locked()
    bench.step { $0.damaged = 1 }
    #expect(bench.isLocked && bench.decision!.report[.streamIntegrity].verdict == .deny)
    bench.steps(10)
    #expect(bench.decision!.report[.streamIntegrity].permits == true)
    bench.step { $0.damaged = 1 }
    #expect(bench.cause == .check(.streamIntegrity))
    bench.acknowledge()
    #expect(bench.isLocked)
    // The acknowledge forgives, and does not forget: the next one is again within the window.
    bench.step { $0.damaged = 1 }
    #expect(bench.cause == .check(.streamIntegrity))
    // R20: not in the step of the next damage.
    bench.step(.acknowledge, acknowledging: bench.cause) { $0.damaged = 1 }
    #expect(bench.cause == .check(.streamIntegrity))
  }

  // R11: two in one step, and one during an advance.
  @Test func damageInBulkOrDuringAnAdvanceLatches() {
    var bench = Bench.locked()
    bench.step { $0.damaged = 2 }
    #expect(bench.cause == .check(.streamIntegrity))
    bench = Bench.enabled()
    bench.step { $0.damaged = 1 }
    #expect(bench.cause == .check(.streamIntegrity))
  }

  // R11: the window to the nanosecond, and a clock that was set back.
  @Test func integrityWindowEndsAfterTenMinutes() {
    let window = UInt64(Limits.integrityWindow.count)
    for (second, expected) in [
      (5 + window - 1, true), (5 + window, true), (5 + window + 1, false), (5, true), (4, true),
    ] {
      var monitor = IntegrityMonitor()
      monitor.note(damaged: 1, now: 5)
      #expect(!monitor.isSecond)
      monitor.note(damaged: 0, now: 6)
      monitor.note(damaged: 1, now: second)
      #expect(monitor.isSecond == expected, "\(second)")
    }
  }

  // R12
  @Test func anyOtherDeviceLatches() {
    let changes: [(inout InterlockInputs) -> Void] = [
      { $0.identity?.serial = SerialNumber("PG-OTHER") }, { $0.identity?.firmwareHash += 1 },
      { $0.identity?.specHash ^= 1 },
    ]
    for change in changes {
      for start in [Bench.locked(), .armed(), .enabled()] {
        var bench = start
        bench.step(spoil: change)
        #expect(bench.cause == .check(.linkIdentity))
        bench.step(.acknowledge, acknowledging: bench.cause, spoil: change)
        #expect(bench.cause == .check(.linkIdentity))
      }
    }
  }

  // R12: a frame of another connection latches, and teaches nothing.
  @Test func frameOfAnotherConnectionLatchesAndTeachesNothing() {
    for start in [Bench.locked(), .enabled()] {
      var bench = start
      let before = bench.interlock.memory
      bench.step {
        $0.frame?.nonce = 76
        $0.frame?.sequence &+= 1_000
      }
      #expect(bench.cause == .check(.linkIdentity))
      #expect(bench.interlock.memory.sequence == before.sequence)
      #expect(bench.interlock.memory.frame == before.frame)
      #expect(bench.interlock.memory.search == before.search)
    }
  }

  // R12: a new connection, even of the same console, proves everything anew.
  @Test func newConnectionForgetsTheOldOne() {
    var bench = Bench.enabled()
    bench.identity.generation = 2
    bench.identity.nonce = 78
    bench.step()
    #expect(!bench.isEnabled && bench.cause != nil)
    #expect(bench.interlock.memory.search.maximum == nil)
    #expect(bench.decision!.report[.alignmentBracketed].permits == false)
    #expect(bench.decision!.report[.consoleSelfTest].permits == false)
    bench.steps(5)
    bench.acknowledge()
    #expect(!bench.isLocked)
    bench.connected = bench.instant
    bench.steps(2)
    bench.acknowledge()
    // The first cause was of the alignment or the link; either way arming needs a new search.
    bench.step(.arm)
    #expect(!bench.interlock.machine.isArmed)
  }

  // R14
  @Test func lostLinkLatchesInEveryState() {
    for start in [Bench.locked(), .searched(), .armed(), .pressed(), .enabled()] {
      var bench = start
      bench.step { $0.isConnected = false }
      #expect(bench.cause == .check(.linkConnected))
    }
  }
}
