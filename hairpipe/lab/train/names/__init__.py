"""The names of hair colours, learnt from portraits whose hair people named."""
