import Alignment
import Testing

@Suite struct GuidanceWordsTests {
  typealias Instruction = Guidance.Instruction

  @Test func wordsSayRollThenLevelWithDirections() {
    #expect(Instruction.words(rollDeg: 12, levelMM: -1.4) == "rotate +12°, withdraw 1.4 mm")
    #expect(Instruction.words(rollDeg: -3.52, levelMM: 0.25) == "rotate −3.5°, advance 0.3 mm")
    #expect(Instruction.words(rollDeg: 9.96, levelMM: 2) == "rotate +10°, advance 2 mm")
  }

  @Test func amountsThatReadAsZeroAreLeftOut() {
    #expect(Instruction.words(rollDeg: 0.04, levelMM: -1) == "withdraw 1 mm")
    #expect(Instruction.words(rollDeg: -200, levelMM: 0.049) == "rotate −200°")
    #expect(Instruction.words(rollDeg: 0, levelMM: 0) == "hold")
  }

  @Test func everyInstructionHasItsWords() {
    #expect(
      Instruction.rotate(byDeg: 15, speedDegPerS: 60).words == "rotate +15° at 60°/s")
    #expect(
      Instruction.move(byMM: -0.7, speedMMPerS: 2).words == "withdraw 0.7 mm at 2 mm/s")
    #expect(
      Instruction.sweep(
        rollByDeg: 360, rollSpeedDegPerS: 180, levelByMM: 0.9, levelSpeedMMPerS: 0.45
      ).words == "rotate +360°, advance 0.9 mm")
    #expect(Instruction.hold.words == "hold")
    #expect(
      Instruction.searchExhausted(reason: "nothing heard").words
        == "search ended: nothing heard")
  }

  @Test func numbersThatAreNoneDoNotTrap() {
    #expect(Instruction.words(rollDeg: .nan, levelMM: .infinity) == "advance ? mm")
  }
}
