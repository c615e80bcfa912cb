// Tests of BenchWorld.
