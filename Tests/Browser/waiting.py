"""The one place where the browser tests wait for something that tells nobody when it is there."""

import time

PAUSE = 0.02


def awaited(look, seconds, otherwise):
    """Looks again and again, for so many seconds at most: the first answer that is true.

    `otherwise` is what is said when there is none, or makes it.
    """
    end = time.monotonic() + seconds
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(otherwise)
        time.sleep(PAUSE)
