"""The commands of `yibiao`, by what they work on."""
