// PeakTracking.
