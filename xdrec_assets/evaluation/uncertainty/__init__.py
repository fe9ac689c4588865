"""How sure a figure is: one bootstrap over people for all figures, and paired comparisons of rankers made from it."""
