import OperatorConsole
import Synchronization
import Testing

/// Commands on their way to the bench: a flood of them makes no step late, and no stop wait.
struct MailboxTests {
  private static let somebody = Caller(id: "a", role: .operator, page: "a")

  /// What was answered, in order.
  private final class Answers: Sendable {
    let all = Mutex<[Refusal?]>([])
    var count: Int { all.withLock { $0.count } }
    func note(_ answer: Refusal?) { all.withLock { $0.append(answer) } }
  }

  private func post(_ command: ConsoleCommand, to mailbox: Mailbox, _ answers: Answers) {
    mailbox.post(Mailbox.Request(command, by: Self.somebody) { answers.note($0) })
  }

  @Test func aStepTakesFewCommandsInTheirOrder() {
    let mailbox = Mailbox()
    let answers = Answers()
    for number in 0..<40 { post(.acknowledge(fault: "\(number)"), to: mailbox, answers) }
    var taken: [ConsoleCommand] = []
    var shares: [Int] = []
    while !mailbox.isEmpty {
      let share = mailbox.take()
      shares.append(share.commands.count)
      taken += share.commands.map(\.command)
    }
    #expect(shares == [16, 16, 8])
    #expect(taken == (0..<40).map { .acknowledge(fault: "\($0)") })
  }

  @Test func aFullMailboxRefusesCommandsAndNoStop() throws {
    let mailbox = Mailbox()
    let answers = Answers()
    for _ in 0..<256 { post(.arm, to: mailbox, answers) }
    #expect(answers.count == 0)
    post(.arm, to: mailbox, answers)
    let refusal = try #require(answers.all.withLock { $0.last } ?? nil)
    #expect(refusal.kind == .unavailable && refusal.reasons[0].id == "console.busy")
    #expect(refusal.retryAfterS == 1)
    for _ in 0..<1_000 { post(.stop(by: "a"), to: mailbox, answers) }
    #expect(answers.all.withLock { $0.dropFirst().allSatisfy { $0 == nil } })
    // The first step has all of the stops, in bounded room, before what waits for the next.
    let share = mailbox.take()
    #expect(share.commands.count == 16)
    #expect(share.stops.count == 64)
    #expect(share.furtherStops == 936)
    #expect(answers.count == 1 + 936)
  }

  /// A stop wins over what came with it: what was asked for before, and a reset of an older one.
  @Test func aStopWinsOverWhatWaitsBesideIt() async throws {
    let console = try TestedConsole(mode: .live)
    let loop = console.loop
    loop.post(.takeControl, by: Self.somebody) { _ in }
    loop.post(.stop(by: "first"), by: Self.somebody) { _ in }
    loop.post(.resetStop("stop-1"), by: Self.somebody) { _ in }
    // It runs only now: all of them wait for its first step.
    loop.start()
    #expect(await loop.submit(.stop(by: "again"), by: Self.somebody) == nil)
    loop.stop()
    let stop = loop.view.stop
    #expect(stop.isActive && stop.id == "stop-1" && stop.by == "first")
  }
}
