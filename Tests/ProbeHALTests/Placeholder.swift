// Tests of ProbeHAL.
