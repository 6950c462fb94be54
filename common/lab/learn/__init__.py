"""The commands that a learner types, and what they share."""
