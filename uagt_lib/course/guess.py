"""Predictions: a guess written down before an experiment is compared with what the experiment says."""


def reveal(guess: float | str | None, found: float | str, what: str) -> None:
    """Print a guess beside what was found. `guess` is None, or "...", where nothing was written down.

    Numbers within a tenth of what was found count as close, texts may differ in case and spaces.
    """
    shown = f"{found:.3g}" if isinstance(found, float) else str(found)
    if guess is None or guess is ... or guess == "...":
        print(f"{what}: {shown}. (no guess written down)")
        return
    if isinstance(found, str) or isinstance(guess, str):
        same = _letters(guess) == _letters(found)
        verdict = "as you guessed" if same else "not what you guessed; what made you expect it?"
    elif guess == found or f"{guess:.3g}" == shown:
        verdict = "exactly"
    elif abs(guess - found) <= abs(found) / 10:
        verdict = "close"
    else:
        verdict = "too low" if guess < found else "too high"
    print(f"{what}: {shown}, your guess {round(guess, 4) if isinstance(guess, float) else guess}: {verdict}")


def _letters(value: float | str) -> str:
    return "".join(str(value).split()).lower()
