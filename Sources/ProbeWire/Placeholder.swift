// ProbeWire.
