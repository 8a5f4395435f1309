"""Whom each detection bit belongs to: `run --only scope`."""

import pytest

from booted import Booted


def test_the_scope_of_each_bit_is_found_out(booted: Booted) -> None:
    if not booted.expected.scopes:
        pytest.skip("this boot does not ask for it")
    found = {scope["bit"]: scope for scope in booted.record("scope")["scopes"]}
    assert found.keys() == booted.expected.scopes.keys()
    for bit, expected in booted.expected.scopes.items():
        scope = found[bit]
        assert tuple(scope["scopes"]) == expected.scopes, scope
        assert scope.get("siblings_share") == expected.siblings_share, scope
        assert scope.get("siblings_share_by_behaviour") == expected.by_behaviour, scope
