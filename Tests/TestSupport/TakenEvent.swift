public import HardwareSpecs
public import ProbeHAL
public import ProbeWire

/// What a console client handed over, kept beyond the call that it is valid in.
public enum TakenEvent: Equatable {
  case identified(IdentifyReply, nonce: UInt32)
  case line(LineHeader, samples: [Int16])
  case status(SafetyStatus)
  case selfTest(SelfTestReport)
  case reply(CommandReply)
  case damaged(WireError)
  case lost(TransportError)

  public init(_ event: ConsoleClient.Event) {
    switch event {
    case .identified(let reply, let nonce): self = .identified(reply, nonce: nonce)
    case .line(let header, let samples):
      self = .line(header, samples: Array(samples.bindMemory(to: Int16.self)))
    case .status(let status): self = .status(status)
    case .selfTest(let report): self = .selfTest(report)
    case .reply(let reply): self = .reply(reply)
    case .damaged(let error): self = .damaged(error)
    case .lost(let error): self = .lost(error)
    }
  }

  public var line: LineHeader? { if case .line(let header, _) = self { header } else { nil } }
  public var samples: [Int16]? { if case .line(_, let samples) = self { samples } else { nil } }
  public var status: SafetyStatus? { if case .status(let status) = self { status } else { nil } }
  public var reply: CommandReply? { if case .reply(let reply) = self { reply } else { nil } }
  public var lost: TransportError? { if case .lost(let error) = self { error } else { nil } }
  public var identity: IdentifyReply? {
    if case .identified(let reply, _) = self { reply } else { nil }
  }
}
