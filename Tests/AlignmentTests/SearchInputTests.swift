import Alignment
import Testing

@Suite struct SearchInputTests {
  func sample(_ time: Double) -> AlignmentSample {
    AlignmentSample(
      time: time, rollDeg: 0, levelMM: 0, amplitudeDB: 30, timeOfFlightNS: 3000, snrDB: 8,
      isValid: false)
  }

  func listening() -> AlignmentSearch {
    var search = AlignmentSearch()
    for index in 1...20 { search.add(sample(Double(index) * 0.01)) }
    return search
  }

  @Test func searchHoldsUntilItHasSeenTheNoise() {
    var search = AlignmentSearch()
    let handle = HandlePosition(rollDeg: 0, levelMM: 0)
    let before = search.next(handle: handle, isMoving: false)
    #expect(before.instruction == .hold)
    search = listening()
    let guidance = search.next(handle: handle, isMoving: false)
    #expect(guidance.phase == .coarseSearch)
    guard case .sweep(let roll, _, let level, _) = guidance.instruction else {
      Issue.record("no sweep: \(guidance.words)")
      return
    }
    #expect(roll >= 360)
    #expect(level > 0)
  }

  @Test func handleThatIsShortOfTheEndGetsTheRest() {
    var search = listening()
    let first = search.next(handle: HandlePosition(rollDeg: 0, levelMM: 0), isMoving: false)
    guard case .sweep(let roll, let rollSpeed, let level, let levelSpeed) = first.instruction else {
      Issue.record("no sweep: \(first.words)")
      return
    }
    let part = HandlePosition(rollDeg: roll / 4, levelMM: level / 4)
    let later = search.next(handle: part, isMoving: true)
    guard case .sweep(let rest, let speed, let restLevel, let restSpeed) = later.instruction else {
      Issue.record("the rest of a sweep is a sweep")
      return
    }
    #expect(abs(rest - roll * 0.75) < 1e-9 && abs(restLevel - level * 0.75) < 1e-9)
    #expect(abs(speed - rollSpeed) < 1e-9 && abs(restSpeed - levelSpeed) < 1e-9)
  }

  @Test func framesThatAreNoNumbersOrOldAreRejected() {
    var search = listening()
    var other = listening()
    var bad = sample(1)
    bad.isValid = true
    for value in [Double.nan, .infinity, -.infinity] {
      bad.amplitudeDB = value
      let isOvertaken = search.add(bad)
      #expect(!isOvertaken)
    }
    var old = sample(0.1)
    old.isValid = true
    for _ in 0..<10 { search.add(old) }
    let handle = HandlePosition(rollDeg: 90, levelMM: 0)
    let guidance = search.next(handle: handle, isMoving: false)
    let expected = other.next(handle: handle, isMoving: false)
    #expect(guidance == expected)
  }

  @Test func handleThatIsNoNumberHolds() {
    var search = listening()
    let guidance = search.next(handle: HandlePosition(rollDeg: .nan, levelMM: 0), isMoving: false)
    #expect(guidance.instruction == .hold)
  }
}
