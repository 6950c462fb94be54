"""What the course needs of a machine, how it gets there, and how the course is built and tested with it."""
