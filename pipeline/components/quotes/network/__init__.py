"""The network that finds quotations: its features, its forward pass in numpy, the links between its spans."""
