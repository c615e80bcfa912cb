import ProbeHAL
