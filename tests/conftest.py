"""What several tests draw on: one torch thread, so that the machine is shared fairly."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)
