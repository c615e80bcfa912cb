import BenchWorld
import ControlRuntime
import Scenarios
import SpecFiles

/// The readers of files that people write, and of those that a run leaves behind.

func parse(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  refused { () throws(SpecFileError) in
    _ = try SpecNode.parse(String(decoding: bytes, as: UTF8.self), file: "fuzz.yaml")
  }
}

func readScenario(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let text = String(decoding: bytes, as: UTF8.self)
  return refused { () throws(SpecFileError) in
    let scenario = try Scenario.parse(text, file: "fuzz.yaml", checkIDs: Scenario.knownChecks)
    precondition(!scenario.expect.items.isEmpty, "a scenario that expects nothing was taken")
    precondition(WorldParameters(scenario.world).flaw == nil, "a world that no rig takes")
  }
}

func readSpec(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let text = String(decoding: bytes, as: UTF8.self)
  // The file's name decides how it is read.
  let file = text.contains("line_header") ? "protocol.yaml" : "limits.yaml"
  return refused { () throws(SpecFileError) in
    let (model, errors) = SpecModel.check([try SpecNode.parse(text, file: file)], folder: ".")
    precondition(model == nil || errors.isEmpty, "a model although something is wrong")
    for error in errors { precondition(!error.message.isEmpty) }
  }
}

/// 1 when the text was refused, 2 when it was taken; a refusal has to name a place.
private func refused(_ body: () throws(SpecFileError) -> Void) -> UInt64 {
  do throws(SpecFileError) {
    try body()
    return 2
  } catch {
    precondition(error.line >= 0 && !error.message.isEmpty)
    return 1
  }
}

/// A journal as it comes, and with its records sealed, so that their fields reach the interlock.
func replayJournal(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let setup = fuzzSetup.interlock
  var steps: UInt64 = 0
  for file in [Array(bytes), sealedJournal(bytes)] {
    do throws(JournalReplay.NotAJournal) {
      let replay = try JournalReplay(file: "fuzz.journal", bytes: file, setup: setup)
      // The least record there can be is longer than this.
      precondition(replay.steps <= UInt64(file.count / 32), "more steps than records")
      steps += replay.steps
    } catch {
      continue
    }
  }
  return steps
}
