// Tests of ConsoleEmulator.
