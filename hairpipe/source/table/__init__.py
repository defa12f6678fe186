"""Tables of any format: their files, and the rows and pictures in them."""
