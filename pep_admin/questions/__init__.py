"""The questions of the week."""
