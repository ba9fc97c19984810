"""The rulers of Moving Shapes: a pixel parser, and classifiers that learned from true clips."""
