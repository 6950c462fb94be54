"""What every other package uses: where things are, what the reader sees, what the files of the course say."""
