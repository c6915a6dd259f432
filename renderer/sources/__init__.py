"""Who is asked for what is known already: one small class for each kind of source."""
