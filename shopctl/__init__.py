"""Run the order-to-cash cycle of an online shop from the shell."""

__version__ = "0.1.0"
