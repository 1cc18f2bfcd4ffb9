"""Measure how fast statements of banks are read, each format beside what the standard library needs for its bytes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measuring import NEVER, Budget, Result, Scale, spent
from shopctl.adapters.bank import sniffing

BUDGET = Budget(30_000)


def reading(directory: Path, scale: Scale) -> list[Result]:
    """Measure a statement of many lines in every format."""
    count = scale.documents * 10
    found = []
    for name, write, parse in (("camt.053", _camt, _parse_xml), ("MT940", _mt940, _parse_text),
                               ("OFX", _ofx, _parse_text), ("CSV", _table, _parse_csv)):  # fmt: skip
        path = directory / name
        path.write_text("".join(write(count)), encoding="utf-8")
        found.append(_read(f"{name} read, lines", path, parse, count, scale))
    return found


def _read(work: str, path: Path, parse: Callable[[Path], None], count: int, scale: Scale) -> Result:
    def read() -> None:
        told = sum(len(one.movements) for one in sniffing.read(str(path)))
        assert told == count

    ours = theirs = NEVER
    for _ in range(scale.rounds):
        ours = ours.least(spent(read))
        theirs = theirs.least(spent(lambda: parse(path)))
    return Result(work, count / ours.wall, "/s", count / ours.cpu, count / theirs.wall, parse.__name__[7:], (BUDGET,))


def _parse_xml(path: Path) -> None:
    from xml.etree.ElementTree import parse

    parse(path)


def _parse_text(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        for _ in file:
            pass


def _parse_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def _lines(count: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Make up lines: day, amount, number, name and account."""
    for key in range(count):
        day = f"2026-{1 + key % 12:02}-{1 + key % 28:02}"
        yield day, f"{key % 5000 + 1}.{key % 100:02}", f"{key:06}", f"Customer {key % 997}", f"NL20INGB{key % 997:010}"


def _camt(count: int) -> Iterator[str]:
    yield '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
    yield "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
    for day, amount, number, name, iban in _lines(count):
        yield (
            f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>B{number}</AcctSvcrRef>"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>E{number}</EndToEndId></Refs>"
            f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
            f"<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>"
            f"<RmtInf><Ustrd>Order S{number} thanks</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        )
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def _mt940(count: int) -> Iterator[str]:
    yield ":20:1\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C260101EUR0,\n"
    for day, amount, number, name, iban in _lines(count):
        digits = day.replace("-", "")
        yield (
            f":61:{digits[2:]}{digits[4:]}CR{amount.replace('.', ',')}NTRFNONREF//B{number}\n"
            f":86:166?00GUTSCHRIFT?20EREF+E{number}?21SVWZ+Order S{number}?22thanks?31{iban}?32{name}\n"
        )
    yield ":62F:C261231EUR0,\n-\n"


def _ofx(count: int) -> Iterator[str]:
    yield "OFXHEADER:100\nENCODING:UTF-8\n\n<OFX><STMTRS><CURDEF>EUR"
    yield "<BANKACCTFROM><ACCTID>NL91ABNA0417164300</BANKACCTFROM>\n"
    for day, amount, number, name, _ in _lines(count):
        yield (
            f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day.replace('-', '')}<TRNAMT>{amount}<FITID>B{number}<NAME>{name}"
            f"<MEMO>Order S{number} thanks</STMTTRN>\n"
        )
    yield "</STMTRS></OFX>\n"


def _table(count: int) -> Iterator[str]:
    yield '"Datum","Bedrag","Rekening","Tegenrekening","Naam","Omschrijving"\n'
    for day, amount, number, name, iban in _lines(count):
        yield f'"{day}","{amount.replace(".", ",")}","NL91ABNA0417164300","{iban}","{name}","Order S{number} thanks"\n'
