"""Small random changes of files' texts."""


def mutate_text(rnd, text, words, values):
    """One line goes, comes twice, moves, or gets another value (of both lists) or word (of `words`)."""
    lines = text.split("\n")
    at = rnd.randrange(len(lines))
    pick = rnd.random()
    if pick < 0.25:
        del lines[at]
    elif pick < 0.4:
        lines.insert(rnd.randrange(len(lines) + 1), lines[at])
    elif pick < 0.5:
        lines[at] = rnd.choice([" ", "  ", "- "]) + lines[at]
    elif pick < 0.58:
        lines[at] = lines[at][1:]
    elif ":" in lines[at] and pick < 0.85:
        head = lines[at].split(":")[0]
        lines[at] = head + ": " + rnd.choice(words + values)
    elif lines[at]:
        word = rnd.choice(lines[at].split(" "))
        lines[at] = lines[at].replace(word, rnd.choice(words), 1) if word else lines[at]
    return "\n".join(lines)


def mutate(rnd, tree, words, values):
    """A copy of `tree` with one to three small changes."""
    files = dict(tree)
    for _ in range(rnd.randint(1, 3)):
        path = rnd.choice(sorted(files))
        if rnd.random() < 0.03 and len(files) > 1:
            del files[path]
        elif rnd.random() < 0.1:
            files[path] = tree[rnd.choice(sorted(tree))]
        else:
            files[path] = mutate_text(rnd, files[path], words, values)
    return files
