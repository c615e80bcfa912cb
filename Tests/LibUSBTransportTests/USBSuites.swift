import Testing

/// Everything that needs the one emulated console: never two at a time.
@Suite(
  .serialized, .enabled(if: USBConsoleUnderTest.address != nil, USBConsoleUnderTest.remark))
enum USBSuites {}
