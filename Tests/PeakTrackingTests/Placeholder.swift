// Tests of PeakTracking.
