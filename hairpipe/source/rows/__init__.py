"""From the row of a table to a profile: values, their types, and the columns that hold them."""
