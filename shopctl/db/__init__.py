"""Keep the facts of the shop: connection, exact columns, bulk statements and the one transaction helper."""
