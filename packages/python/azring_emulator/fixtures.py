"""Fixtures of pytest: one emulator for all tests of a process, empty at the start of each test."""

import pytest

from azring_emulator import Emulator


@pytest.fixture(scope="session")
def azring_emulator_process():
    """The emulator of all tests."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def azring_emulator(azring_emulator_process):
    """The emulator, without data and without faults."""
    azring_emulator_process.reset()
    return azring_emulator_process
