"""Tables and figures: one cell at the end of its run, and the paper's Tables 6 and 7 from finished runs."""
