"""From what others write to definitions."""
