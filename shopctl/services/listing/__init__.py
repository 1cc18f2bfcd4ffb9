"""Find the rows of a list: the one engine for filters, sorting, paging, sums and groups of every noun.

The module of a noun declares what can be asked of it (`NOUN`), selects rows by its named options (`selected`) and
answers pages of them (`search`). What was typed besides (`fields.Asked`), sums and groups are the same for all.
"""
