import SpecFiles

/// The part of the protocol page that says what the console is on USB, below its messages.
extension ProtocolPage {
  var usb: String {
    let usb = spec.usb
    return """
      ## USB

      Vendor `\(hex(usb.vendorID, digits: 4))`, product `\(hex(usb.productID, digits: 4))` \
      ("\(usb.product)" by "\(usb.manufacturer)"), device class `\(hex(usb.deviceClass, digits: 2))`. \
      The id is a shared test id: never for a product that leaves the bench. Other devices may bear it, \
      so a host looks at the product's name too.


      """
        + table(
          ["Endpoint", "Address", "Direction", "Transfer", "Packet", "Interval", "Carries"],
          usb.endpoints.map {
            [
              $0.name, "`\(hex($0.address, digits: 2))`",
              $0.isInput ? "to the host" : "to the console",
              $0.transfer.rawValue, "\($0.maxPacket)", $0.interval.map(polling) ?? "–", $0.doc,
            ]
          }) + rules
  }

  /// At high speed an interval of n is 2^(n-1) microframes of 125 µs (USB 2.0, 9.6.6).
  private func polling(_ interval: Int) -> String {
    "\(interval): every \((1 << (interval - 1)) * 125) µs"
  }

  private var rules: String {
    """

    Packets and intervals are those of high speed. At full speed packets are at most 64 bytes, and the \
    interval counts whole milliseconds. A status that tells of a change waits for one interval at most; \
    the others come every status period (see the limits).

    ### Descriptors and requests

    USB 2.0 with a device qualifier. One configuration of one interface, number 0, with one setting: \
    class vendor specific, so that no driver of the host takes it. The strings are manufacturer, product \
    and serial number in US English; the serial is the one of IdentifyReply, without its padding. Powered \
    by the bus, no remote wake-up. There are no Microsoft OS descriptors: the host is Linux.

    The console answers the standard requests (USB 2.0, 9.4): GET_DESCRIPTOR, SET_ADDRESS, GET and \
    SET_CONFIGURATION, GET and SET_INTERFACE, GET_STATUS of device, interface and endpoint, and SET and \
    CLEAR_FEATURE of ENDPOINT_HALT. It has no request of its own, and stalls every other.

    ### Sessions

    The console cannot see a program of the host come and go. SET_INTERFACE with setting 0 of interface \
    0 begins a new session, and so do SET_CONFIGURATION and a reset of the bus: pending transfers end, \
    halts are cleared, what waits on the pipes to the host is flushed, A-lines stop and the lease is \
    dropped (R14). A host sends it right after it has claimed the interface, and then identifies.

    ### Transfers

    - A pipe to the host is a stream of bytes: messages may share a transfer, and an A-line may span \
    several. Where a message ends is said by its length, never by the end of a transfer.
    - A transfer to the host ends when it is full, or with a packet shorter than the endpoint's, which \
    comes when the pipe has run empty. If the last packet before that was a full one, an empty packet \
    ends the transfer, so that no data waits in a host's buffer for more.
    - A host asks for whole packets. A packet longer than the space left is an overflow, and is lost.
    - A transfer to the console carries exactly one PDU, in one packet. A longer one halts the endpoint.
    - A halted endpoint stalls every transfer until CLEAR_FEATURE or a new session.

    """
  }
}
