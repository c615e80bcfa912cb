import HardwareSpecs
import Quantities

/// A frame on its way to the tracker: the header, when it arrived, and its samples.
struct FrameSlot {
  var header: LineHeader
  var received: HostInstant
  let samples: UnsafeMutableBufferPointer<Int16>
}
