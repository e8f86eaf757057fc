"""Random YAML text for values: every style of scalars and containers that manifests are written in."""

import json

TEXTS = [
    "x", "a b", "nginx:1.25", "true", "yes", "on", "y", "null", "~", "", "1", "01", "0x1f", "1e3", "1.0",
    ".5", "-", "- a", "a: b", "a #b", "#c", "{}", "[]", "*x", "&x", "!x", "%x", "@x", "`x", "'q'", "\"q\"",
    " lead", "trail ", "tab\there", "two\nlines", "two\nlines\n", "\nbreak first", "keep\n\n", "a\n  b\nc\n",
    "ä ö ü", "日本語", "\u00a0", "\u2028", "emoji \U0001f600", "c:\\dir", "10:20", "1_000", "2020-01-01",
    "0b11", "0o17", "017", "+1", ".inf", ".nan", "=", "<<", "---", "...", "? a", "| a", "> a", "a,b", "$(VAR)",
    "long " * 30, "word" * 40, "w" * 79 + " x y", "a" * 130, "x: y: z", "it's", "%d %s", "key=value", "\ufeffbom",
    "\u0001", "trailing space \nin line", "6.02e23", "1e400", "123456789012345678901234567890", "-0",
    "0.1", "1.50", "NO", "Off", "TRUE", "None", "2001-12-14t21:59:43.10-05:00", "12e03", "0.", "1__0", "0x",
]
PLAIN = ["true", "false", "null", "~", "yes", "off", "1", "-7", "0o14", "014", "0x1F", "1.5", "1e3", "1e400", ".5",
         "0.10", "-0", "+3", "1_000", "190:20:30", "", "Null", "True", "n",
         "6.0", "1E5", "0b101"]
KEYS = ["a", "b", "c", "key", "x.y/z", "1", "true", "null", "key with space", "Ünï", "a10", "a9", "a_b", "\"q\"", "<<x",
        "0x10", "~", "on", "1.5", "A", "-", "tab\tkey", "k" * 130]


def scalar(rnd):
    """A value: text nearly always, sometimes a bare word that may be of another type."""
    if rnd.random() < 0.35:
        return Bare(rnd.choice(PLAIN))
    return rnd.choice(TEXTS)


class Bare(str):
    """Text written without quotes, whatever it resolves to."""


def value(rnd, depth=0):
    pick = rnd.random()
    if depth > 2 or pick < 0.6:
        return scalar(rnd)
    if pick < 0.8:
        return {rnd.choice(KEYS): value(rnd, depth + 1) for _ in range(rnd.randint(0, 3))}
    return [value(rnd, depth + 1) for _ in range(rnd.randint(0, 3))]


def block_scalar(rnd, text, indent):
    style = rnd.choice("|>")
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    mark = style + ("2" if body[:1] in (" ", "\n") else "") + ("-" if ends == 0 else "" if ends == 1 else "+")
    lines = body.split("\n") + [""] * max(0, ends - 1)
    return mark + "".join("\n" + (" " * indent + "  " + line if line else "") for line in lines)


def scalar_text(rnd, text, indent, key=False):
    if isinstance(text, Bare):
        return str(text)
    safe = text and text != "null" and all(c.isalnum() or c in "-_./ =" for c in text) and text == text.strip() and text[0].isalpha()
    ends = text.rstrip("\n")
    pick = rnd.random()
    if not key and pick < 0.3 and "\n" in ends and ends == ends.lstrip(" \t") and \
            all(c.isprintable() or c in "\n\t" for c in text) and not any(c in text for c in "\u2028\u0085\ufeff"):
        return block_scalar(rnd, text, indent)
    if safe and pick < 0.7:
        return text
    if pick < 0.85 and "\n" not in text and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=rnd.random() < 0.5)


def comment(rnd, indent):
    return " " * indent + "# " + rnd.choice(["note", "a: b", "---", "{"]) + "\n" if rnd.random() < 0.03 else ""


def flow(rnd, v):
    if isinstance(v, dict):
        return "{" + ", ".join(scalar_text(rnd, k, 0, True) + ": " + flow(rnd, x) for k, x in v.items()) + "}"
    if isinstance(v, list):
        return "[" + ", ".join(flow(rnd, x) for x in v) + "]"
    if isinstance(v, (bool, int, float)) or v is None:
        return json.dumps(v)
    if isinstance(v, Bare):
        return str(v) or "''"
    return json.dumps(v, ensure_ascii=False)


def emit(rnd, v, indent=0):
    """The lines of `v` in block style at `indent`, each with its line break; for the document's top."""
    out = []
    if isinstance(v, dict):
        for k, x in v.items():
            out.append(comment(rnd, indent))
            out.append(" " * indent + scalar_text(rnd, k, indent, True) + ":" + inner(rnd, x, indent))
    else:
        for x in v:
            out.append(comment(rnd, indent))
            if isinstance(x, dict) and x and rnd.random() < 0.8:
                text = emit(rnd, x, indent + 2).lstrip("\n")
                while text.lstrip(" ").startswith("# "):
                    text = text.split("\n", 1)[1]
                out.append(" " * indent + "- " + text[indent + 2:])
            else:
                out.append(" " * indent + "-" + inner(rnd, x, indent, True))
    return "".join(out)


def inner(rnd, v, indent, in_list=False):
    if isinstance(v, (dict, list)) and v and rnd.random() < 0.93:
        deeper = indent + 2 if isinstance(v, dict) or in_list or rnd.random() < 0.5 else indent
        return "\n" + emit(rnd, v, deeper)
    if isinstance(v, (dict, list)) or not isinstance(v, str):
        return " " + flow(rnd, v) + (" # end" if rnd.random() < 0.02 else "") + "\n"
    return " " + scalar_text(rnd, v, indent) + "\n"


def document(rnd, obj):
    text = emit(rnd, obj) if rnd.random() < 0.9 else flow(rnd, obj) + "\n"
    return text.replace("\n", "\r\n") if rnd.random() < 0.01 else text
