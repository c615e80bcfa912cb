// Tests of ConsoleFirmware.
