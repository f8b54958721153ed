"""Differences between windows with something and windows without."""

import pytest

from benchmarks.resolution import added


def test_a_difference_larger_than_the_noise_stands() -> None:
    found = added([110.0, 112.0], [80.0, 84.0])
    assert (found.difference, found.resolution, found.upper_bound) == (29.0, 4.0, 29.0)


def test_a_difference_within_the_noise_is_at_most_the_noise() -> None:
    assert added([53.0, 41.0], [50.0, 42.0]).upper_bound == 12.0


def test_a_negative_difference_is_noise_of_its_own_size() -> None:
    found = added([40.0, 40.0], [50.0, 50.5])
    assert found.resolution == found.upper_bound == pytest.approx(10.25)
