"""Grading: what a learner wrote is built, run and judged, and the verdict is told to people and to services."""
