import ArgumentParser
import Dispatch
import EmulatedUSB
import Foundation
import NIOPosix
import RigLink

/// Emulated consoles for programs that talk to USB through usbfs, libusb above all, on machines
/// without USB. Must itself run under umockdev's preload library.
@main
struct UMockdevConsole: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Be consoles on a mock of usbfs, for programs under test.",
    discussion: """
      Run this under umockdev's preload library, and the programs with the folder that it prints:

        LD_PRELOAD=libumockdev-preload.so.0 UMockdevConsole --serial PG-1
        UMOCKDEV_DIR=… LD_PRELOAD=libumockdev-preload.so.0 lsusb -v

      Goes on until it is interrupted.
      """)

  @OptionGroup var options: HostOptions

  func run() throws {
    guard ProcessInfo.processInfo.environment["LD_PRELOAD"]?.contains("umockdev") == true else {
      throw ValidationError("run it with LD_PRELOAD=libumockdev-preload.so.0, or nobody hears it")
    }
    let host = try options.makeHost()
    let bus = try MockBus(host.consoles.map(\.gate))
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let rig = try options.serveRig(of: host, group: group)
    host.start()
    say("UMOCKDEV_DIR=\(bus.folder)")
    for (index, console) in host.consoles.enumerated() {
      say("console \(Descriptors.text(console.serial)) at 1-\(index + 1)")
    }
    if let rig { say("rig at \(rig.address)") }
    waitForInterrupt()
    host.stop()
    bus.remove()
  }

  private func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func waitForInterrupt() {
    let asked = DispatchSemaphore(value: 0)
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { asked.signal() }
      source.resume()
      return source
    }
    asked.wait()
    for source in sources { source.cancel() }
  }
}
