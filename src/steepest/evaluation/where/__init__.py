"""For which parts of the rows a model is bad, or errs to one side."""
