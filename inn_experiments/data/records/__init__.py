"""2-D records, retention by drift."""
