"""The differences that are no finds: each one is named in docs/differences.md, or is helm's crash.

KNOWN is a list of (what, test): test(tree, ours, real) tells whether a difference is that one.
"""


def crash(_, __, real):
    return real.code not in (0, 1) or b"panic:" in real.err or b"stack overflow" in real.err


KNOWN = [
    ("helm crashes", crash),
]


def known(tree, ours, real):
    """The name of the known difference, or None."""
    for what, test in KNOWN:
        if test(tree, ours, real):
            return what
    return None
