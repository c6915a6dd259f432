"""Parts on their way to the departments: signed, sent, tried again."""
