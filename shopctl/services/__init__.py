"""Do the work of the shop: operations over many items, reads that answer frozen rows, and the steps they share."""
