// ConsoleFirmware.
