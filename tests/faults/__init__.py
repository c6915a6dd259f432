"""What must not happen, made to happen: `make faults`."""
