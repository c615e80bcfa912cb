// Tests of ControlRuntime.
