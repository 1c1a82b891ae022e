"""The configuration as the program sees it: composed, checked, named, and turned into objects."""
