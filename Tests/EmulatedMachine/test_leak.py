"""Where split locks pass while Linux has detection off on one core: `run --only leak`."""

import pytest

from booted import Booted


def test_split_locks_leak_where_the_bit_is_shared(booted: Booted) -> None:
    if not booted.expected.leaks:
        pytest.skip("this boot looks for no leak")
    rows = {row["relation"]: row for row in booted.rows("leak", "leak")}
    assert rows.keys() == booted.expected.leaks.keys()
    for relation, leaks in booted.expected.leaks.items():
        row = rows[relation]
        assert int(row["windows"]) > 0, row
        assert row["leaks"] == str(leaks).lower(), row
        assert row["clear"] == (row["reads"] if leaks else "0"), row
        if leaks:
            # Two jiffies of 4 ms at least; the host may be late at any end.
            assert float(row["open_max_ms"]) >= 8, row
