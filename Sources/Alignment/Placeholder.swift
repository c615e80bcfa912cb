// Alignment.
