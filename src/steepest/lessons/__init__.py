"""The experiments of the source notes, each with what to look at."""
