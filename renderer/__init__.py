"""What people and programs reach over HTTP, and the `yibiao` command."""
