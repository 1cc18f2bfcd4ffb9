"""Pure rules of the shop: values in, values out, standard library only."""
