"""What one finished cell shows: console table, figures, samples."""
