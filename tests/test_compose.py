import pytest
import torch

from uagt_lib.method.compose import attended, compose, foreground


@pytest.fixture
def images() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    s, painted = (torch.rand(2, 3, 8, 8, generator=g) * 2 - 1 for _ in range(2))
    return s, painted, torch.rand(2, 1, 8, 8, generator=g)


def test_equation_1_pixel_by_pixel(images) -> None:
    s, painted, s_a = images
    result = compose(s, painted, s_a)
    for n, c, y, x in ((0, 0, 0, 0), (1, 2, 3, 5), (1, 1, 7, 7)):
        a = s_a[n, 0, y, x]
        assert result[n, c, y, x] == pytest.approx(float(a * painted[n, c, y, x] + (1 - a) * s[n, c, y, x]), abs=1e-6)


def test_ones_are_the_paint_and_zeros_the_source_bit_for_bit(images) -> None:
    s, painted, s_a = images
    assert torch.equal(compose(s, painted, torch.ones_like(s_a)), painted)
    assert torch.equal(compose(s, painted, torch.zeros_like(s_a)), s)


def test_gradient_reaches_paint_and_attention_in_proportion(images) -> None:
    s, painted, s_a = (x.clone().requires_grad_() for x in images)
    compose(s, painted, s_a).sum().backward()
    torch.testing.assert_close(painted.grad, s_a.detach().expand_as(painted))
    torch.testing.assert_close(s_a.grad, (painted - s).detach().sum(1, keepdim=True))


def test_the_two_readings_of_equation_6_differ_only_where_attention_is_soft(images) -> None:
    s, painted, s_a = images
    s_a[:, :, :4] = 1.0
    composed = compose(s, painted, s_a)
    released, printed = foreground(composed, s_a, 0.1), foreground(painted, s_a, 0.1)
    assert torch.equal(released[:, :, :4], printed[:, :, :4])
    assert not torch.equal(released, printed)
    hidden = (s_a <= 0.1).expand_as(s)
    assert hidden.any() and released[hidden].eq(0).all() and printed[hidden].eq(0).all()


def test_threshold_is_strict_and_has_no_gradient() -> None:
    a = torch.tensor([0.0, 0.1, 0.100001, 1.0], requires_grad=True)
    assert attended(a, 0.1).tolist() == [0, 0, 1, 1]
    assert not attended(a, 0.1).requires_grad


def test_shapes_that_do_not_line_up_are_named(images) -> None:
    s, painted, s_a = images
    with pytest.raises(ValueError, match=r"\(2, 3, 8, 8\) and \(2, 3, 8, 4\)"):
        compose(s, painted[..., :4], s_a)
    with pytest.raises(ValueError, match="one value per pixel"):
        compose(s, painted, s_a.expand(-1, 3, -1, -1))
    with pytest.raises(ValueError, match="one value per pixel"):
        foreground(s, s_a[:1])
