"""What stands beside the cases and is no test of ours."""

#: Runs where packages are installed that are no dependency of ours.
collect_ignore = ["verifiers"]
