// Tests of Quantities.
