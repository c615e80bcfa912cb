// ControlRuntime.
