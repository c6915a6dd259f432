"""The definitions that ship with Yibiao, as data, and the schemas they follow."""
