"""Where points of the plane end in a diffusion, and how they get there."""
