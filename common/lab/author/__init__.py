"""What authors and instructors do: prove the course, make its files, pack it."""
