"""The four inversion methods of the paper: their training terms and their inverse."""
