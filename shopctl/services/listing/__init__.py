"""Find the rows of a list: the one engine for filters, sorting, paging, sums and groups of every noun.

A noun declares what can be asked of it (`fields.Noun`); its service narrows a query by the named options of its list
and hands it here together with what was typed (`fields.Asked`).
"""
