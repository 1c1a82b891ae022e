"""Points of the plane and the checker: shapes that one can look at."""
