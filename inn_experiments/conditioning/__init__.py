"""What a generator is told about the class that it makes: nothing, its label, its chemistry, or both."""
