"""What happens inside a method, drawn with matplotlib; each panel is a function that draws on given axes."""
