"""How outputs become choices: against sums and softmax written out."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from plantgym.agents.heads import JointHead, ModeHead  # noqa: E402
from plantgym.agents.masks import make_choices  # noqa: E402

N_MODES = [2, 3]


def joint_head() -> JointHead:
    parts = make_choices(N_MODES, joint=True).parts()
    assert parts is not None
    return JointHead(parts)


def test_the_parts_of_a_combination_are_its_modes() -> None:
    choices = make_choices(N_MODES, joint=True)
    parts = choices.parts()
    assert parts is not None
    for k, part in enumerate(parts.T):
        first, second = choices.modes(np.array([[k]]))[0]
        assert np.flatnonzero(part).tolist() == [first, 2 + second]
    assert make_choices(N_MODES, joint=False).parts() is None


def test_a_combination_is_as_likely_as_its_modes_together() -> None:
    outputs = torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    chosen = torch.tensor([[4]] * 7)
    allowed = torch.ones(7, 6, dtype=torch.bool)
    together, _ = joint_head().log_prob_and_entropy(outputs, allowed, chosen)
    apart, _ = ModeHead(N_MODES).log_prob_and_entropy(
        outputs, torch.ones(7, 5, dtype=torch.bool), torch.tensor([[1, 1]] * 7)
    )
    torch.testing.assert_close(together, apart)


def test_only_what_may_be_is_drawn_and_counted() -> None:
    allowed = torch.tensor([[False, True, False, False, True, False]]).repeat(4000, 1)
    outputs = torch.tensor([[0.0, 1.0, 0.0, 0.5, 0.0]]).repeat(4000, 1)
    head, draws = joint_head(), torch.Generator().manual_seed(2)
    drawn = head.sample(outputs, allowed, draws)
    assert set(drawn.flatten().tolist()) == {1, 4}
    # Combination 1 is modes (0, 1), 4 is (1, 1): they differ by the first task's modes alone.
    share = 1.0 / (1.0 + np.exp(-1.0))
    assert (drawn == 4).float().mean() == pytest.approx(share, abs=0.03)
    log_prob, _ = head.log_prob_and_entropy(outputs[:1], allowed[:1], torch.tensor([[4]]))
    assert log_prob.exp().item() == pytest.approx(share)
    alike = head.explore(allowed, draws)
    assert (alike == 4).float().mean() == pytest.approx(0.5, abs=0.03)
