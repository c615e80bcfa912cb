// Tests of ProbeWire.
