"""Why it fails: one file a fault, each a rule over the record."""
