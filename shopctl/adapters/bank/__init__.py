"""Read what banks report: CAMT, MT940, OFX and CSV files become the statements of `domain.bank`."""
