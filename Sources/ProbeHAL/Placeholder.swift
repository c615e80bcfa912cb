// ProbeHAL.
