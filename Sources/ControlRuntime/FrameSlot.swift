import HardwareSpecs
import Quantities

/// A frame on its way to the tracker: the header, when it arrived, and its samples.
struct FrameSlot {
  var header: LineHeader
  var received: HostInstant
  /// On the machine's monotonic clock, ns; 0 when stepped.
  var handedOver: UInt64
  let samples: UnsafeMutableBufferPointer<Int16>
}

/// A result on its way to the control loop, and how long it took since its frame was handed over.
struct ResultSlot {
  var frame: TrackedFrame
  var delay: Nanoseconds
}
