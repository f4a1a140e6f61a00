"""The parts of the report, one in a file: each takes a run and gives its piece of the page."""
