"""The lab: a live page on a descent, its questions and answers, and the same in a notebook."""
