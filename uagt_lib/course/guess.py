"""Predictions: a guess written down before an experiment is compared with what the experiment says."""


def reveal(guess: float | str | None, found: float | str, what: str) -> None:
    """Print a guess beside what was found. `guess` is None, or "...", where nothing was written down.

    Numbers within a fifth of what was found, and texts that agree but for case, count as right.
    """
    shown = found if isinstance(found, str) else f"{found:.3g}"
    if guess is None or guess is ... or guess == "...":
        print(f"{what}: {shown}. (no guess written down)")
        return
    if isinstance(found, str) or isinstance(guess, str):
        right = str(guess).strip().lower() == str(found).strip().lower()
    else:
        right = abs(guess - found) <= abs(found) / 5
    verdict = "well seen" if right else "worth a thought: what did you expect to happen instead?"
    print(f"{what}: {shown}, your guess {guess}: {verdict}")
