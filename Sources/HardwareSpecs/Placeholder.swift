// HardwareSpecs.
