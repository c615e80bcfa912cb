import ArgumentParser
import EmulatedUSB
import Foundation
import Logging
import NIOCore
import NIOPosix
import ProbeHAL
import RigLink
import Scenarios
import SpecFiles

struct EmulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate",
    abstract: "Be a console on USB: for another machine, a virtual machine, or a test.",
    discussion: """
      Emulates consoles, each with firmware, vessels and catheters of its own, and plugs them in \
      wherever asked. Goes on until it is interrupted.

      On any Linux machine with the module vhci-hcd, a console served with --usbip is plugged in by
        sudo usbip attach --remote HOST --busid 1-1

      In QEMU, one served with --usbredir is plugged in by
        -device qemu-xhci -chardev socket,id=c0,path=SOCKET -device usb-redir,chardev=c0

      A scenario on such a console needs its rig as well, out of band:
        peakgate emulate --usbip 3240 --rig tcp:127.0.0.1:5020
        peakgate run first-crossing.yaml --backend usb --rig tcp:127.0.0.1:5020

      Whoever reaches these ports drives the emulated bench: they listen on this machine only, \
      unless told otherwise.

      Exit codes: 0 interrupted, as is usual; 3 a port or socket cannot be had; 4 usage.
      """)

  @Option(
    help: ArgumentHelp("Serve USB/IP on this TCP port; the usual one is 3240.", valueName: "port"))
  var usbip: UInt16?

  @Option(help: ArgumentHelp("Where --usbip listens.", valueName: "host"))
  var listen = "127.0.0.1"

  @Option(
    help: ArgumentHelp(
      "Serve a console as a usbredir peer on this Unix socket; once for each console.",
      valueName: "socket"), completion: .file())
  var usbredir: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Over usbredir, one bulk transfer of an endpoint at a time.",
      discussion: "QEMU's EHCI loses data of several; xHCI does not."))
  var oneTransfer = false

  @Option(
    help: ArgumentHelp(
      "Be a gadget of this machine's USB controller, through FunctionFS mounted here.",
      valueName: "folder"), completion: .directory)
  var functionfs: String?

  @OptionGroup var options: HostOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if usbip == nil, usbredir.isEmpty, functionfs == nil {
      throw ValidationError(
        "nowhere to plug a console in: give --usbip, --usbredir or --functionfs")
    }
    if functionfs != nil, usbip != nil || !usbredir.isEmpty {
      throw ValidationError("--functionfs takes the first console for itself alone")
    }
    if usbredir.count > options.consoles {
      throw ValidationError(
        "\(usbredir.count) sockets for \(options.consoles) consoles; add --consoles")
    }
  }

  func run() throws {
    let log = common.logger("emulate")
    let host: BenchHost
    do { host = try options.makeHost() } catch let error as SpecFileError {
      throw CommandEnd(.usage, "\(error)")
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let signals = StopSignals()
    do {
      for (console, socket) in zip(host.consoles, usbredir) {
        _ = try USBRedirServer(
          console.gate, path: socket, group: group, pipelines: !oneTransfer
        ) {
          log.info("\(socket): \($0)")
        }
        say("console \(console.serial.text) at usbredir socket \(socket)")
      }
      if let functionfs {
        _ = try FunctionFSConsole(host.consoles[0].gate, folder: functionfs) { log.info("\($0)") }
        say("console \(host.consoles[0].serial.text) at FunctionFS \(functionfs)")
      }
      if let usbip {
        let server = try USBIPServer(
          host.consoles.map(\.gate), host: listen, port: Int(usbip), group: group
        ) { log.info("usbip: \($0)") }
        for (index, console) in host.consoles.enumerated() {
          say(
            "console \(console.serial.text) at USB/IP \(listen):\(server.address.port ?? Int(usbip)), busid 1-\(index + 1)"
          )
        }
      }
      if let rig = try options.serveRig(of: host, group: group) { say("rig at \(rig.address)") }
    } catch {
      throw CommandEnd(.internalError, "cannot listen: \(error); is the port or socket in use?")
    }
    host.start()
    say("ready; Ctrl-C ends it")
    signals.waitForInterrupt()
    host.stop()
    if host.lateRounds > 0 {
      log.warning("\(host.lateRounds) rounds of 1 ms began late: this machine is busy")
    }
  }

  private func say(_ text: String) { Terminal.write("emulate: \(text)\n", to: 1) }
}
