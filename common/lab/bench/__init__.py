"""Measuring: ./lab bench, a file a kind of figures."""
