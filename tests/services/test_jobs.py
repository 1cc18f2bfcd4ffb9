"""Two runs of a job do not overlap; a dry run disturbs nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopctl.errors import BusyError, ExitStatus
from shopctl.services import jobs
from tests.services.mail_shop import opened


def test_two_runs_do_not_overlap(database_url):
    with opened(database_url) as shop, opened(database_url) as other:
        with jobs.alone(shop, "match", "payment match --apply"):
            with jobs.alone(replace(other, dry_run=True), "match", "payment match --apply"):
                pass
            with jobs.alone(other, "invoice", "invoice create --all"):
                pass
            with pytest.raises(BusyError) as refused, jobs.alone(other, "match", "payment match --apply"):
                pass

        assert (refused.value.code, refused.value.status) == ("job.busy", ExitStatus.TEMPORARY)
        assert refused.value.message == "another run of payment match --apply is at work"
        with jobs.alone(other, "match", "payment match --apply"):
            pass
