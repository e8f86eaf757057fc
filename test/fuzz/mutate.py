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


def depth(line):
    return len(line) - len(line.lstrip(" "))


def block_end(lines, at):
    """Behind the line at `at` and all that belongs to it: what is deeper, or the list right below a key."""
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or depth(lines[end]) > depth(lines[at]) or
                                (lines[end].lstrip(" ").startswith("- ") and lines[at].endswith(":") and
                                 depth(lines[end]) == depth(lines[at]))):
        end += 1
    return end


def mutate_block(rnd, text, pool):
    """A block goes, or one of this text or of one of the texts `pool` comes before it or in its place."""
    lines = text.split("\n")
    at = rnd.randrange(len(lines))
    end = block_end(lines, at)
    pick = rnd.random()
    if pick < 0.25:
        return "\n".join(lines[:at] + lines[end:])
    source = rnd.choice(pool).split("\n") if pick < 0.75 else lines
    start = rnd.randrange(len(source))
    block = source[start:block_end(source, start)][:40]
    indent = " " * depth(lines[at])
    block = [indent + line[depth(block[0]):] for line in block]
    if lines[at].lstrip(" ").startswith("- ") and not block[0].lstrip(" ").startswith("- "):
        block = [indent + "- " + block[0].lstrip(" ")] + ["  " + line for line in block[1:]]
    return "\n".join(lines[:at] + block + lines[end if rnd.random() < 0.4 else at:])


def mutate_value(rnd, text, pool):
    """A value becomes that of another key, of one of the texts `pool`."""
    lines = text.split("\n")
    keys = [i for i, line in enumerate(lines) if ": " in line]
    values = [line.split(": ", 1)[1] for line in rnd.choice(pool).split("\n") if ": " in line]
    if keys and values:
        at = rnd.choice(keys)
        lines[at] = lines[at].split(": ")[0] + ": " + rnd.choice(values)
    return "\n".join(lines)


def mutate(rnd, tree, words, values, other=None):
    """A copy of `tree` with one to three small changes, among them pieces of the tree `other`."""
    files = dict(tree)
    pool = list(tree.values()) + list((other or {}).values())
    for _ in range(rnd.randint(1, 3)):
        path = rnd.choice(sorted(files))
        pick = rnd.random()
        if pick < 0.03 and len(files) > 1:
            del files[path]
        elif pick < 0.1:
            files[path] = tree[rnd.choice(sorted(tree))]
        elif pick < 0.35:
            files[path] = mutate_block(rnd, files[path], pool)
        elif pick < 0.5:
            files[path] = mutate_value(rnd, files[path], pool)
        else:
            files[path] = mutate_text(rnd, files[path], words, values)
    return files
