"""Pure NumPy maths on arrays with any leading axes."""
