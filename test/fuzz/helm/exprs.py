"""Random expressions of Go's templates with the functions of Helm, and statements around them.

Functions have a row each, of the kinds of their arguments and that of the result. Arguments are of their
kind mostly, and anything at times. Left out is what chance or the clock decides, and what has no order
(`keys`, `values`), unless it is sorted.
"""

import json

# Letters of the rows below -> what an argument of that kind may be, spelt out.
LITERALS = {
    "i": ["0", "1", "2", "3", "5", "-1", "-3", "10", "100", "1000000", "9223372036854775807", "-9223372036854775808",
          "0x1F", "0b11", "0o17", "017", "1_000", "'a'", "'\\n'", "1e3", "4294967296", "(int64 7)", "(int 4)",
          "(len \"abc\")", "(atoi \"12\")", ".Values.int", ".Values.big", "$i"],
    "n": ["0", "1", "-2", "7", "3.0", "1.5", "-0.5", "0.1", "1e300", "1e-7", "1e21", "1e20", "123456789.125", "-0.0",
          "2.5", "0.30000000000000004", ".Values.int", ".Values.float", ".Values.big", ".Values.huge", ".Values.neg",
          "(float64 3)", "(int64 7)", "\"12\"", "\"1.5\"", "\"x\"", "\"0x1f\"", "\"012\"", "true", "nil", "\"1e3\"", "\"\"",
          "1i", "(add1 2)", "'a'", "\" 7 \"", "\"1_000\"", "\"9223372036854775808\"", "\"-7.9\""],
    "s": ["\"\"", "\"a\"", "\"abc\"", "\"Hello World\"", "\"http_server-name\"", "\"FirstName2\"", "\"ÄÖ ü ß\"", "\"日本語テキスト\"",
          "\"a b  c\"", "\"  pad \"", "\"one\\ntwo\\n\"", "\"tab\\there\"", "\"x\\x00y\"", "\"a\\xffb\"", "\"\\xe2\\x82\"", "\"\\u2028<&>'\"",
          "`raw \"q\" \\ %d`", "\"true\"", "\"null\"", "\"12\"", "\"1e3\"", "\"0x1f\"", "\"a,b,c\"", "\"a.b.c\"", "\"a/b/../c.txt\"",
          "\"/x//y/\"", "\"%s %d %v\"", "\"$1 ${2}x\"", "\"- a\\n- b\"", "\"a: b\"", "\"#c\"", "\"😀 emoji\"", "\"\\u00e9e\\u0301\"",
          ".Values.str", ".Values.text", ".Release.Name", ".Chart.Name", "(printf \"%v\" 1.5)", "$s", "\"A1b2C3\"",
          "\"ﬁ Ǆ ſ\"", "\"x-y_z.w\"", "\"123abc\"", "\"{{ .Values.int }}\"", "\"YWJj\"", "\"MFRGG===\"", "\"ABCd EF-gH\""],
    "b": ["true", "false", ".Values.flag", "(eq 1 1)", "(not 1)", "(empty \"\")"],
    "l": ["(list)", "(list 1 2 3)", "(list \"b\" \"a\" \"b\" \"c\")", "(list 1 \"a\" nil 2.5 true)", "(list (list 1) (dict \"a\" 1))",
          "(until 3)", "(splitList \",\" \"a,b,,c\")", ".Values.list", ".Values.mixed", "(tuple 1 1 2)", "(list nil)",
          "(list 3 1 2)", "(list \"\" 0 nil false \"x\")", "(untilStep 5 0 -2)", "(list 1.0 1 \"1\")", "$l", "(list (list))",
          "(.Files.Lines \"files/a.txt\")", ".Values.maps"],
    "d": ["(dict)", "(dict \"a\" 1)", "(dict \"a\" (dict \"b\" (dict \"c\" 2)) \"l\" (list 1))", "(dict \"b\" \"x\" \"a\" nil)",
          ".Values.map", ".Values.nested", "(dict 1 2)", "(dict \"a\" 0.1 \"b\" true \"\" \"e\")", "(dict \"a\")", "$d",
          "(split \",\" \"a,b\")", "(fromYaml \"a: {b: [1, x]}\\nc: 1e3\")", "(fromJson `{\"a\":[1,2.5,null],\"b\":{}}`)",
          ".Release", ".Values.global", "(dict \"a\" (list (dict \"b\" 1)))", "(urlParse \"http://u:p@h:80/p?q#f\")"],
    "t": ["(toDate \"2006-01-02\" \"2021-03-04\")", "(toDate \"2006-01-02T15:04:05Z07:00\" \"1999-12-31T23:59:59+02:00\")",
          "(toDate \"2006\" \"x\")", "1700000000", "(int64 0)", "-1", "(toDate \"Jan 2 2006\" \"Feb 29 2024\")"],
    "a": ["nil", "true", "false", "1", "1.5", "\"x\"", "\"\"", "(list)", "(dict)", "(list 1 \"a\")", "(dict \"a\" 1)", "0",
          ".Values.nothing", ".Values.none", ".Values.map", ".Values.list", ".Values.str", ".Values.float", ".Values.big",
          "(int64 3)", "(list nil)", "(toDate \"2006-01-02\" \"2021-03-04\")", "(semver \"1.2.3-a+b\")", "1i", "'x'",
          "(.Files.GetBytes \"files/a.txt\")", ".Capabilities.KubeVersion", ".Chart.Keywords", ".Template.Name",
          "(until 2)", "(split \",\" \"a,b\")", "1e300", "(float64 3)", "$d", "$l", "$s", "$i", ".Values.nested.a.b",
          "(dict \"k\" (list 1 (dict \"z\" nil)))", "(list (list) (dict) nil \"\")", "\"\\xff\"", ".Values.bool"],
    "k": ["\"a\"", "\"b\"", "\"c\"", "\"k\"", "\"\"", "\"none\"", "\"l\""],
    "r": ["\"[a-z]+\"", "\"(a)(b)?\"", "\"^x*\"", "\"\"", "\"\\\\d+\"", "\"(\"", "\"a|b\"", "\"(?i)HE(l+)\"", "\"[\"", "\".\"", "\"\\\\b\"",
          "\"\\\\w*?\"", "\"(?P<n>b)\"", "\"\\\\pL\"", "\"x{2,1}\"", "\"$\""],
    "R": ["\"\"", "\"X\"", "\"${1}-$2\"", "\"$n\"", "\"$1x\"", "\"$$\"", "\"$\"", "\"\\\\1\""],
    "v": ["\"1.2.3\"", "\"v1.20\"", "\"1.2.3-rc.1+b\"", "\"1\"", "\"x\"", "\"1.2.3.4\"", "\"01.2.3\"", "\"\"", ".Chart.Version",
          ".Capabilities.KubeVersion.Version", "\"1.10.0\"", "\"0.0.3\"", "\" 1.2.3\""],
    "V": ["\">=1.2\"", "\"^1\"", "\"~1.2.3\"", "\"1.x\"", "\">1 <2 || 3\"", "\"!=1.2.3\"", "\"1.2 - 2\"", "\">= 1.19-0\"", "\"*\"", "\"\"",
          "\"=>1\"", "\"x y\"", "\"^0.0.3\"", "\"~> 1\"", "\">1.2.3-alpha\""],
    "u": ["\"http://user:pa%20ss@host:80/a%2Fb?q=1&r#frag\"", "\"/rel?x\"", "\"mailto:a@b\"", "\"http://[::1]:1/\"", "\"%zz\"",
          "\"http://h\"", "\"\"", "\"a b\"", "\"//h/p\"", "\"http://ü.de/ä?ö\""],
    "D": ["\"1h30m\"", "\"90s\"", "\"-5m\"", "\"1d\"", "\"x\"", "\"1.5h\"", "\"100ms\"", "\"0\"", "\"2400h\"", "95", "\"95\""],
    "L": ["\"2006-01-02\"", "\"15:04:05.000\"", "\"Mon Jan _2 2006\"", "\"02/01/06 03:04PM MST\"", "\"2006-01-02T15:04:05Z07:00\"",
          "\"Monday January 2 .999\"", "\"002 x\"", "\"\"", "\"-07:00 -0700 Z0700\""],
    "Z": ["\"UTC\"", "\"Europe/Berlin\"", "\"America/New_York\"", "\"Nowhere\"", "\"\"", "\"Asia/Kolkata\"", "\"Local\""],
    "y": ["\"a: 1\\nb: [x, 2]\"", "\"- 1\\n- {a: b}\"", "\"a: &x 1\\nb: *x\"", "\"a: {\"", "\"text\"", "\"\"", "\"a: 012\\nb: 0x1f\\nc: 1e3\\nd: 1_0\"",
          "\"a: yes\\nb: on\\nc: ~\\nd: 2001-01-01\"", "\"1: a\\ntrue: b\\nnull: c\"", "\"a: 1\\na: 2\"", "\"a: |\\n  x\\n  y\\n\"",
          "\"a: 9223372036854775808\\nb: 1.0\\nc: .inf\"", "\"<<: {a: 1}\\nb: 2\"", "\"a: !!str 1\\nb: !!binary YWI=\"", "\"a: \\\"\\\\x41\\\"\"",
          "\"---\\na: 1\\n---\\nb: 2\"", "\"a: .nan\"", "\"- - a\\n  - b\\n-\\n\"", "\"a:\\n\\tb: 1\"", "\"? a\\n: b\"", "\"a: 'it''s'\"", "\"nul\\x00\"",
          "\"1.5: x\"", "\"a: 1e400\"", "\"a: 12345678901234567890123\"", "\"a: 0b11\\nb: 0o17\\nc: +1\"", "\"{a: [}\"", "\"a: b: c\""],
    "j": ["`{\"a\":1,\"b\":[1.5,null,true,\"x\"]}`", "`[1,\"a\",{}]`", "`{`", "`\"s\"`", "`1e400`", "`{\"a\":1,\"a\":2}`", "\"\"", "`nul`",
          "`{\"a\":9007199254740993}`", "`\"\\ud800\"`", "`{\"a\":1}x`", "`[1,]`", "`{\"a\":\"<&>\"}`", "`-0`", "`[[[]]]`", "`{a:1}`", "`1.0`"],
    "T": ["`a = 1\n[b]\nc = \"x\"`", "`[[a]]\nb = [1, 2]`", "`a =`", "`a = 1979-05-27T07:32:00Z`", "`a = 1.5\nb = true`", "`\"\" = 0x1f`",
          "`a = inf`", "`a.b.c = 'x'`", "`a = 1\na = 2`", "\"\""],
    "g": ["\"files/*\"", "\"**\"", "\"*.txt\"", "\"files/?.txt\"", "\"[ab]*\"", "\"{files,x}/*\"", "\"[\"", "\"\""],
    "f": ["\"files/a.txt\"", "\"files/b.yaml\"", "\"none\"", "\"Chart.yaml\"", "\"\"", "\"values.yaml\"", "\"../x\""],
    "p": ["\"int\"", "\"string\"", "\"map\"", "\"slice\"", "\"float64\"", "\"int64\"", "\"bool\"", "\"invalid\"", "\"[]interface {}\"",
          "\"map[string]interface {}\"", "\"<nil>\"", "\"time.Time\"", "\"struct\"", "\"ptr\""],
    "P": ["\"%v\"", "\"%d\"", "\"%s\"", "\"%q\"", "\"%x\"", "\"%5.2f\"", "\"%+v\"", "\"%#v\"", "\"%T\"", "\"%t\"", "\"%08d\"", "\"%-5s|\"", "\"%e\"",
          "\"%g\"", "\"%c\"", "\"%U\"", "\"%o\"", "\"%b\"", "\"%X\"", "\"% x\"", "\"%%\"", "\"%!\"", "\"%[2]v %[1]v\"", "\"%*d\"", "\"%v %v\"", "\"%.3s\"",
          "\"%6.1v\"", "\"%#x\"", "\"%+d\"", "\"% d\"", "\"%#q\"", "\"%+q\"", "\"%z\"", "\"%\"", "\"%.2\"", "\"%#o\"", "\"%O\"", "\"%G\"", "\"%08.3f\"",
          "\"%+.2e\"", "\"%#v %T\"", "\"%#U\"", "\"%-010d|\"", "\"%.0f\"", "\"%#g\"", "\"%x\""],
    "w": ["\"tpl {{ .Values.str }}\"", "\"{{ range .Values.list }}[{{ . }}]{{ end }}\"", "\"{{ fail `x` }}\"", "\"{{ .Values.none.x }}\"",
          "\"{{ include `inc` . }}\"", "\"{{\"", "\"{{ define `q` }}Q{{ end }}{{ include `q` . }}\"", "\"plain\"", "\"{{ tpl `{{ 1 }}` . }}\"",
          "\"{{ .Template.Name }}\"", "\"\"", "\"{{ $ | toJson | len | kindOf }}\"", "\"{{ nofunc }}\"", "\"{{ template `inc` . }}\""],
    "c": [".", "$", ".Values", "(dict \"Values\" .Values)", "(list 1)", "nil", "(dict \"Template\" .Template \"Values\" .Values)", "1",
          "(dict \"a\" 1)"],
    "m": ["\"inc\"", "\"none\"", "\"inc2\"", "\"rec\"", "\"lib.name\""],
    "q": ["0", "1", "2", "3", "-1", "5"],
    "o": ["\"add\"", "\"x\""],
}

# name: arguments -> result. "*" repeats the one before it; the last is what a pipe gives.
ROWS = """
abbrev is s|abbrevboth iis s|trunc qs s|trim s s|upper s s|lower s s|title s s|untitle s s|substr qqs s|repeat qs s
trimAll ss s|trimall ss s|trimSuffix ss s|trimPrefix ss s|nospace s s|initials s s|swapcase s s|snakecase s s|camelcase s s
kebabcase s s|wrap is s|wrapWith qss s|contains ss b|hasPrefix ss b|hasSuffix ss b|quote a* s|squote a* s|cat a* s|indent qs s
nindent qs s|replace sss s|plural ssi s|sha1sum s s|sha256sum s s|sha512sum s s|adler32sum s s|toString a s|atoi s i|int64 n i
int n i|float64 n n|seq i s|seq ii s|seq qqq s|toDecimal n i|split ss d|splitList ss l|splitn sqs d|toStrings l l|until q l
untilStep qqq l|add1 n i|add n* i|sub nn i|div nn i|mod nn i|mul nn* i|add1f n n|addf n* n|subf nn* n|divf nn* n|mulf nn* n
biggest n* i|max nn* i|min nn* i|maxf nn* n|minf nn* n|ceil n n|floor n n|round nq n|round nqn n|join sl s|sortAlpha l l|sortAlpha a l
default aa a|empty a b|coalesce a* a|all a* b|any a* b|compact l l|mustCompact l l|fromJson j a|toJson a s|toPrettyJson a s
toRawJson a s|mustToJson a s|mustFromJson j a|mustToPrettyJson a s|mustToRawJson a s|ternary aab a|deepCopy a a|mustDeepCopy a a
typeOf a s|typeIs pa b|typeIsLike pa b|kindOf a s|kindIs pa b|deepEqual aa b|base s s|dir s s|clean s s|ext s s|isAbs s b
osBase s s|osClean s s|osDir s s|osExt s s|osIsAbs s b|b64enc s s|b64dec s s|b32enc s s|b32dec s s|list a* l|tuple a* l
dict kaka d|dict kakaka d|get dk a|set dka d|unset dk d|hasKey dk b|pluck kd* l|pick dk* d|omit dk* d|merge dd* d
mergeOverwrite dd* d|mustMerge dd d|mustMergeOverwrite dd* d|append la l|push la l|mustAppend la l|mustPush la l|prepend la l
mustPrepend la l|first l a|mustFirst l a|rest l l|mustRest l l|last l a|mustLast l a|initial l l|mustInitial l l|reverse l l
mustReverse l l|uniq l l|mustUniq l l|without la* l|mustWithout la* l|has al b|mustHas al b|slice lqq l|slice lq l|mustSlice lqq l
concat ll* l|dig kad a|dig kkad a|dig kkkad a|chunk ql l|mustChunk ql l|semver v a|semverCompare Vv b|regexMatch rs b
mustRegexMatch rs b|regexFindAll rsi l|mustRegexFindAll rsi l|regexFind rs s|mustRegexFind rs s|regexReplaceAll rsR s
mustRegexReplaceAll rsR s|regexReplaceAllLiteral rsR s|mustRegexReplaceAllLiteral rsR s|regexSplit rsi l|mustRegexSplit rsi l
regexQuoteMeta s s|urlParse u d|urlJoin d s|date Lt s|date_in_zone LtZ s|dateInZone LtZ s|date_modify Dt a|dateModify Dt a
mustDateModify Dt a|must_date_modify Dt a|duration n s|durationRound D s|htmlDate t s|htmlDateInZone tZ s|toDate Ls a
mustToDate Ls a|unixEpoch t s|derivePassword isssv s|genPrivateKey o s|decryptAES ss s|hello  s|fail s a|required sa a
toYaml a s|toYamlPretty a s|fromYaml y d|fromYamlArray y l|fromJsonArray j l|toToml d s|fromToml T d
tpl wc s|include mc s|lookup ssss d|and aa* a|or aa* a|not a b|eq aa* b|ne aa b|lt nn b|le nn b|gt nn b|ge nn b|lt ss b|len l i
len s i|len d i|index la a|index dk a|index li a|index dkk a|slice si s|slice sii s|html a s|js a s|urlquery a s|print a* s|println a* s
printf Pa s|printf Paa s|printf Pn s|printf Ps s|printf Pi s|printf Pl s|printf Pd s|printf PD s|printf Pt s|call a a|.Files.Get f s
.Files.GetBytes f a|.Files.Lines f l|.Capabilities.APIVersions.Has s b|getHostByName s s|ternary ssb s|default ss s|printf Pb s
""".replace("\n", "|")


def parse_rows():
    rows = []
    for row in filter(None, ROWS.split("|")):
        name, args, result = row.split(" ")
        rows.append((name, args, result))
    return rows


TABLE = parse_rows()
BY_RESULT = {}
for _row in TABLE:
    BY_RESULT.setdefault(_row[2], []).append(_row)
    BY_RESULT.setdefault("a", []).append(_row)
for _kind, _like in (("n", "i"), ("k", "s"), ("c", "d"), ("y", "s"), ("j", "s"), ("w", "s")):
    BY_RESULT.setdefault(_kind, []).extend(BY_RESULT[_like])

SHOW = ["toJson", "toString | quote", "printf \"%v\" | quote", "printf \"%#v\" | quote", "printf \"%T %v\" 1 | quote", "printf \"%T\" | quote",
        "printf \"%q\" | quote", "toYaml | quote", "kindOf", "typeOf | quote", "quote", "toYamlPretty | quote", "toRawJson | quote", "print | quote",
        "printf \"%+v\" | quote", "html | quote", "squote | quote", "toPrettyJson | quote", "len", "printf \"%s %d\" . | quote"]
FIELDS = [".Values.map.a", ".Values.nested.a.b.c", ".Values.none.x", ".Values.str.x", ".Chart.Name", ".Chart.Nope", ".Release.Service",
          ".Values.list.a", "$.Values.map", "(index .Values.list 0)", ".Capabilities.KubeVersion.Minor", ".Chart.IsRoot",
          ".Values.maps", "$none", ".Release.IsInstall", ".Template.BasePath", "(.Values.map).a", ".Values.map.a.b", "$.Nope",
          ".Values.nested.Keys", ".Chart.Name.x", "(1).x", "\"x\".y", ".Release.Revision", ".Subcharts"]


def argument(rnd, kind, depth):
    pick = rnd.random()
    if pick < 0.03:
        kind = rnd.choice("inslbdtak")
    if depth < 3 and rnd.random() < 0.35 and kind in BY_RESULT:
        return "(" + call(rnd, rnd.choice(BY_RESULT[kind]), depth + 1) + ")"
    if rnd.random() < 0.04:
        return rnd.choice(FIELDS[:-4])
    return rnd.choice(LITERALS[kind])


def arguments(rnd, kinds, depth):
    kinds = kinds[:-1] + kinds[-2] * rnd.choice([0, 0, 1, 2]) if kinds.endswith("*") else kinds
    if rnd.random() < 0.01:
        kinds = kinds[:-1] if rnd.random() < 0.5 else kinds + "a"
    return [argument(rnd, kind, depth) for kind in kinds]


def call(rnd, row, depth=0):
    name, kinds, _ = row
    words = arguments(rnd, kinds, depth)
    if words and rnd.random() < 0.3:
        last = words.pop()
        last = last[1:-1] if last.startswith("(") and last.endswith(")") and rnd.random() < 0.5 and \
            balanced(last[1:-1]) else last
        return last + " | " + " ".join([name] + words)
    return " ".join([name] + words)


def balanced(text):
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def expression(rnd):
    pick = rnd.random()
    if pick < 0.05:
        return rnd.choice(FIELDS)
    if pick < 0.08:
        return argument(rnd, "a", 3)
    return call(rnd, rnd.choice(TABLE))


def shown(rnd, expr):
    """The expression with something behind it that makes one line of it."""
    return "{{ %s | %s }}" % (expr, rnd.choice(SHOW))


def statement(rnd, depth=0):
    """A piece of template on one line, of any output."""
    pick = rnd.random()
    inner = [] if depth > 2 else [statement(rnd, depth + 1) for _ in range(2)]
    arg = argument(rnd, rnd.choice("aldldlis"), 1)
    if depth > 2 or pick < 0.25:
        return "{{ %s }}" % expression(rnd)
    if pick < 0.35:
        return rnd.choice(["text", " ", "{{- /* c */ -}}", "{{ . }}", "{{ . | toJson }}", "{{ $x }}", "a {{- \" b\" }} c",
                           "{{ $x = 1 }}", "{{ $x := 2 }}{{ $x }}", "{{/* a */}}", "{{ print . }}", "{{ $ | kindOf }}"])
    if pick < 0.6:
        head = rnd.choice(["range %s", "range $k, $x := %s", "range $x := %s", "range $k, $x = %s", "range $i, $e := %s"]) % arg
        middle = rnd.choice(["", "", "{{ break }}", "{{ if eq (toString .) \"2\" }}{{ continue }}{{ end }}", "{{ continue }}", ";"])
        tail = rnd.choice(["", "{{ else }}" + inner[1]])
        return "{{ %s }}%s%s%s{{ end }}" % (head, inner[0], middle, tail)
    if pick < 0.75:
        head = rnd.choice(["with %s", "with $x := %s"]) % arg
        tail = rnd.choice(["", "{{ else }}" + inner[1], "{{ else with %s }}%s" % (argument(rnd, "a", 2), inner[1])])
        return "{{ %s }}%s%s{{ end }}" % (head, inner[0], tail)
    if pick < 0.93:
        tail = rnd.choice(["", "{{ else }}" + inner[1], "{{ else if %s }}%s" % (argument(rnd, "a", 2), inner[1])])
        return "{{ if %s }}%s%s{{ end }}" % (arg, inner[0], tail)
    return rnd.choice(["{{ template \"inc\" %s }}", "{{ block \"blk\" %s }}b{{ . }}{{ end }}", "{{ end }}%s", "{{ if }}%s{{ end }}",
                       "{{ include \"inc2\" %s }}"]) % arg


VALUES = """int: 7
big: 12345678901
huge: 1e30
float: 1.5
neg: -3
str: hello
text: |
  two
  lines
flag: true
bool: false
nothing: ~
list: [1, two, 3.5]
mixed: [~, {a: b}, [1], "", true]
map: {a: 1, b: x, c: ~}
maps: [{name: x, v: 1}, {name: y}]
nested: {a: {b: {c: d}}, l: [1]}
global: {g: 1}
"""
HELPERS = """{{- define "inc" -}}inc {{ . | kindOf }}{{- end -}}
{{- define "inc2" -}}{{ if kindIs "map" . }}{{ .Values | default "no values" | kindOf }}{{ else }}{{ . }}{{ end }}{{- end -}}
{{- define "rec" -}}{{ if kindIs "slice" . }}{{ range . }}{{ include "rec" . }},{{ end }}{{ else }}{{ kindOf . }}{{ end }}{{- end -}}
"""


def chart(rnd):
    """A chart of one template with a case on each line."""
    lines = ["{{- $i := 3 }}{{ $s := \"str\" }}{{ $l := list 1 \"x\" }}{{ $d := dict \"a\" 1 \"k\" (list 2) }}{{ $x := 0 }}", ""]
    lines[0] += "{{ $none := .Values.none }}"
    for i in range(40):
        if rnd.random() < 0.7:
            lines.append("k%d: %s" % (i, shown(rnd, expression(rnd))))
        else:
            body = statement(rnd)
            lines.append("{{ define \"d%d\" }}{{ $x := 0 }}{{ $i := 3 }}{{ $s := \"str\" }}{{ $l := list 1 }}{{ $d := dict }}{{ $none := nil }}%s{{ end }}"
                         "k%d: {{ include \"d%d\" . | quote }}" % (i, body, i, i))
    return {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: \"4\"\nmaintainers: [{name: m}]\n",
            "values.yaml": VALUES, "templates/_h.tpl": HELPERS, "templates/t.yaml": "\n".join(lines) + "\n",
            "files/a.txt": "one\ntwo\n", "files/b.yaml": json.dumps({"x": 1}), "args": "rel\n."}
