"""Whole documents behind one contract."""
