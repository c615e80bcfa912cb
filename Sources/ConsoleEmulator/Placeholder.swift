// ConsoleEmulator.
