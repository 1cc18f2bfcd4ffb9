"""Write to standard output and standard error; nothing else in shopctl does."""
