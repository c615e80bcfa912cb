import Alignment

/// What a person's hands do on a rig that is simulated; on a real bench they are the person's own,
/// and
/// there is none of this.
///
/// The thread that steps the bench calls it.
public protocol RigHands: AnyObject {
  /// Encoders of the send catheter's handle.
  var handle: HandlePosition { get }
  var isHandleMoving: Bool { get }
  /// Turns on from where the handle stands, degrees and degrees a second.
  func turn(byDeg angle: Double, speed: Double)
  /// Moves on from where the handle stands, millimetres and millimetres a second.
  func move(byMM distance: Double, speed: Double)
  func stopHandle()
  func holdEnableSwitch(_ isHeld: Bool)
  func pressStop(_ isPressed: Bool)
}
