"""Merging the forms of the matters of one affair: pure functions over values."""
