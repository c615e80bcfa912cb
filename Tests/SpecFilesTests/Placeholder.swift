// Tests of SpecFiles.
