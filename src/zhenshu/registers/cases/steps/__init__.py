"""The steps of the loop: one function each; the table says who may take them and from where."""
