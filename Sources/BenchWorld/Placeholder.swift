// BenchWorld.
