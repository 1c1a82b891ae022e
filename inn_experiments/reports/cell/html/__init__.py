"""One page of a finished cell, to read, print and send."""
