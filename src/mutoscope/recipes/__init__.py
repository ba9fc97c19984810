"""Functions that return complete, typed training runs; those named tiny_ are for tests."""
