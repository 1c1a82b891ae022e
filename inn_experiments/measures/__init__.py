"""What is measured on held-out rows, and the numbers it gives."""
