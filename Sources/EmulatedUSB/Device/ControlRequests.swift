import HardwareSpecs

/// Endpoint 0: the standard requests (USB 2.0, 9.4). Whatever else is asked is stalled.
extension EmulatedUSBDevice {
  /// - Parameter data: what the host sent; empty for requests to the host.
  public func control(_ setup: SetupPacket, data: [UInt8] = []) -> ControlOutcome {
    noticeCable()
    guard isPlugged else { return .disconnected }
    guard setup.requestType & 0x60 == 0, let request = StandardRequest(rawValue: setup.request),
      setup.isInput || data.count == Int(setup.length)
    else { return .stalled }
    guard let answer = answer(request, setup) else { return .stalled }
    pump()
    return .done(Array(answer.prefix(Int(setup.length))))
  }

  /// Chooses the interface's only setting: a host takes the console in hand.
  @discardableResult
  public func setInterface(_ interface: UInt16, alternate: UInt16) -> Bool {
    control(
      SetupPacket(requestType: 0x01, request: 11, value: alternate, index: interface, length: 0))
      == .done([])
  }

  @discardableResult
  public func setConfiguration(_ value: UInt8) -> Bool {
    control(SetupPacket(requestType: 0, request: 9, value: UInt16(value), index: 0, length: 0))
      == .done([])
  }

  /// Lets a halted endpoint work again.
  @discardableResult
  public func clearHalt(_ address: UInt8) -> Bool {
    control(SetupPacket(requestType: 0x02, request: 1, value: 0, index: UInt16(address), length: 0))
      == .done([])
  }

  private func answer(_ request: StandardRequest, _ setup: SetupPacket) -> [UInt8]? {
    switch (setup.requestType, request) {
    case (0x80, .getDescriptor):
      Descriptors.descriptor(
        type: UInt8(setup.value >> 8), index: UInt8(setup.value & 0xFF), serial: serial)
    case (0x80, .getConfiguration): [configuration]
    case (0x80, .getStatus): [0, 0]
    // The bus gives addresses; whoever carries the device keeps them.
    case (0x00, .setAddress): []
    case (0x00, .setConfiguration): chooseConfiguration(setup.value)
    case (0x81, .getInterface) where isConfigured && setup.index == 0: [0]
    case (0x81, .getStatus) where isConfigured && setup.index == 0: [0, 0]
    case (0x01, .setInterface) where isConfigured && setup.index == 0 && setup.value == 0:
      chooseSetting()
    case (0x82, .getStatus): status(ofEndpoint: setup.index)
    case (0x02, .clearFeature) where setup.value == 0: setHalted(false, setup.index)
    case (0x02, .setFeature) where setup.value == 0: setHalted(true, setup.index)
    default: nil
    }
  }

  private var isConfigured: Bool { configuration != 0 }

  private func chooseConfiguration(_ value: UInt16) -> [UInt8]? {
    guard value == 0 || value == UInt16(Descriptors.configurationValue) else { return nil }
    configure(UInt8(value))
    return []
  }

  private func chooseSetting() -> [UInt8] {
    beginSession()
    return []
  }

  private func status(ofEndpoint address: UInt16) -> [UInt8]? {
    if address & 0x7F == 0 { return [0, 0] }
    return index(ofEndpoint: address).map { [endpoints[$0].isHalted ? 1 : 0, 0] }
  }

  private func setHalted(_ isHalted: Bool, _ address: UInt16) -> [UInt8]? {
    // Endpoint 0 never stays halted.
    if address & 0x7F == 0 { return isHalted ? nil : [] }
    return index(ofEndpoint: address).map {
      endpoints[$0].isHalted = isHalted
      endpoints[$0].owesEmptyPacket = false
      return []
    }
  }

  private func index(ofEndpoint address: UInt16) -> Int? {
    guard isConfigured else { return nil }
    return endpoints.firstIndex { UInt16($0.endpoint.address) == address }
  }
}
