"""Where rows come from that need not all be in memory: files of all kinds, frames, queries."""
