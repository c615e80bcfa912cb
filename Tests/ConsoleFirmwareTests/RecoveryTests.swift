import ConsoleFirmware
import HardwareSpecs
import Quantities
import Testing

@Suite struct RecoveryTests {
  // R20, R24
  @Test func anAcknowledgeOfNothingIsRefusedAndHidesNoStuckOutput() {
    var rig = FirmwareRig.ready()
    rig.stuckLine = true
    for _ in 0..<60 where rig.firmware.trip == .none {
      rig.send(AcknowledgeTrip(cause: .none))
      #expect(rig.answer == .refused)
      rig.step()
    }
    #expect(rig.firmware.trip == .readback)
  }

  // R15
  @Test(arguments: [-3, -50, -5_000])
  func aClockThatIsSetBackDoesNotSilenceTheConsole(milliseconds: Int64) {
    var rig = FirmwareRig.ready(start: 60_000_000_000)
    rig.hang(.milliseconds(milliseconds))
    let lines = rig.firmware.acquisition.sequence
    rig.statuses = []
    rig.step(10)
    #expect(rig.firmware.acquisition.sequence - lines >= 9)
    #expect(rig.statuses.count >= 2)
  }
}
