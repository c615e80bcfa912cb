// SafetyInterlock.
