"""The Python behind ./lab: setting up, building, testing, showing. Standard library only."""
