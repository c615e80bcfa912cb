import CLibUSB
import ProbeHAL

/// What libusb says, in the few words of the seam.
enum LibUSBStatus {
  /// - Parameter code: a negative `libusb_error`.
  static func error(_ code: Int32) -> TransportError {
    switch libusb_error(code) {
    case LIBUSB_ERROR_NO_DEVICE, LIBUSB_ERROR_NOT_FOUND: .disconnected
    case LIBUSB_ERROR_ACCESS: .accessDenied()
    case LIBUSB_ERROR_BUSY: .busy()
    case LIBUSB_ERROR_PIPE: .stalled
    case LIBUSB_ERROR_OVERFLOW: .overflow
    case LIBUSB_ERROR_NO_MEM: .bufferMemory(megabytes: KernelBuffers.limitMegabytes)
    default: .failed(String(cString: libusb_error_name(code)))
    }
  }

  /// Throws unless a call went well.
  @discardableResult
  static func check(_ code: Int32) throws(TransportError) -> Int32 {
    if code < 0 { throw error(code) }
    return code
  }
}

/// Why no more comes on a pipe, small enough for an atomic: 0 is no failure, and a negative number what
/// libusb calls an error that has no name here.
struct PipeFailure: RawRepresentable, Equatable {
  var rawValue: Int
  static let none = PipeFailure(rawValue: 0)
  static let disconnected = PipeFailure(rawValue: 1)
  static let stalled = PipeFailure(rawValue: 2)
  static let overflow = PipeFailure(rawValue: 3)
  static let timedOut = PipeFailure(rawValue: 4)
  /// A transfer was cancelled although nobody here asked for it.
  static let cancelled = PipeFailure(rawValue: 5)
  static let memory = PipeFailure(rawValue: 6)

  /// How a transfer ended. The errors of the wire (EPROTO, EILSEQ, ETIME) are what the kernel reports
  /// from the pull of the cable until the hub notices it, so they count as a disconnection.
  init(_ status: libusb_transfer_status) {
    self =
      switch status {
      case LIBUSB_TRANSFER_COMPLETED: .none
      case LIBUSB_TRANSFER_NO_DEVICE, LIBUSB_TRANSFER_ERROR: .disconnected
      case LIBUSB_TRANSFER_STALL: .stalled
      case LIBUSB_TRANSFER_OVERFLOW: .overflow
      case LIBUSB_TRANSFER_TIMED_OUT: .timedOut
      case LIBUSB_TRANSFER_CANCELLED: .cancelled
      default: PipeFailure(rawValue: Int(LIBUSB_ERROR_OTHER.rawValue))
      }
  }

  /// Why a transfer could not be submitted.
  init(submission code: Int32) {
    self =
      switch LibUSBStatus.error(code) {
      case .disconnected: .disconnected
      case .bufferMemory: .memory
      case .stalled: .stalled
      default:
        libusb_error(code) == LIBUSB_ERROR_IO ? .disconnected : PipeFailure(rawValue: Int(code))
      }
  }

  init(rawValue: Int) { self.rawValue = rawValue }

  /// nil when there is none.
  var error: TransportError? {
    switch self {
    case .none: nil
    case .disconnected: .disconnected
    case .stalled: .stalled
    case .overflow: .overflow
    case .timedOut: .failed("LIBUSB_TRANSFER_TIMED_OUT")
    case .cancelled: .failed("LIBUSB_TRANSFER_CANCELLED")
    case .memory: .bufferMemory(megabytes: KernelBuffers.limitMegabytes)
    default: LibUSBStatus.error(Int32(rawValue))
    }
  }
}
