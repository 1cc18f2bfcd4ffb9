"""Check what banks and providers reported: the lines against the payments, the statements against their lines."""

from __future__ import annotations

from shopctl.services.checking.reading import Comparison

LINES_SETTLED = Comparison(
    "bank_lines",
    "SELECT l.id, 'LINE/' || l.id, coalesce(p.amount, 0), l.settled FROM bank_lines l LEFT JOIN ("
    "SELECT line_id, sum(amount) AS amount FROM payments WHERE line_id IS NOT NULL AND state = 'done' GROUP BY line_id"
    ") p ON p.line_id = l.id WHERE l.settled <> coalesce(p.amount, 0) AND (p.amount IS NOT NULL OR l.remark = '')",
    "shopctl payment line {}",
)
"""What is settled without a payment, such as a payout that two statements tell, says so in its remark."""

STATEMENTS_COMPLETE = Comparison(
    "bank_statements",
    "SELECT s.id, 'STMT/' || s.id, s.lines * 10000, coalesce(l.count, 0) * 10000 FROM bank_statements s LEFT JOIN ("
    "SELECT statement_id, count(*) AS count FROM bank_lines GROUP BY statement_id"
    ") l ON l.statement_id = s.id WHERE s.lines <> coalesce(l.count, 0)",
    "shopctl payment statements",
)

STATEMENTS_ADDED_UP = Comparison(
    "bank_statements",
    "SELECT s.id, 'STMT/' || s.id, s.closing - s.opening - coalesce(l.total, 0), s.difference "
    "FROM bank_statements s LEFT JOIN ("
    "SELECT statement_id, sum(amount - fee) AS total FROM bank_lines WHERE substr(identity, 1, 8) <> 'pending:' "
    "GROUP BY statement_id"
    ") l ON l.statement_id = s.id WHERE s.opening IS NOT NULL AND s.closing IS NOT NULL "
    "AND s.difference <> s.closing - s.opening - coalesce(l.total, 0)",
    "shopctl payment statements",
)
