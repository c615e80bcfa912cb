// Tests of SafetyInterlock.
