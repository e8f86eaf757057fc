package main

import (
	"encoding/json"
	"math/rand"
	"strings"
)

var texts = []string{
	"", "x", "a: b\n", "  ", "\n", "\n  - ", "}", "{", "}}", "{ {", "é", "\t\n", "text", "\r\n", "日本", "\xff",
}

var keys = []string{"a", "b", "c", "s", "n", "l", "m", "t", "f", "A", "x", "zz"}

var numbers = []string{
	"0", "1", "2", "-1", "+3", "3.5", "1e3", "1e400", "0x1F", "0X_1f", "0b101", "0o17", "017", "089", "1_000", "1__0",
	"_1", "0x1p4", "0x1.8p1", "0x1.8", "1.", ".5", "5.", "1e", "1e+2", "-0", "'a'", "'\\n'", "'é'", "''", "'ab'",
	"'\\''", "'\\x41'", "'\\u00e9'", "1i", "1+2i", "2.5-1i", "0i", "1i2", "18446744073709551615", "9223372036854775807",
	"9223372036854775808", "-9223372036854775808", "18446744073709551616", "1e19", "1e30", "100000000000000000000",
	"0xff", "0b2", "0o8", "1a", "+", "-", "1.5.5", "0x", "1_", "1e1_0", "0x1P-2", "-0x10", "+0b11", "1E3", "0e0",
	"1e-400", "0.1e1", "3.0", "-2.5e-3", "12345678.9", "21e6",
}

var strs = []string{
	`"x"`, `"a b"`, `""`, "`raw`", "`r\nr`", "`r\r\nr`", `"\n\t\\\""`, `"\x41\u00e9\U0001F600"`, `"\q"`, `"\'"`, `"\101"`,
	`"\8"`, `"%d"`, `"%s|%v"`, `"%q"`, `"%5.2f"`, `"%T"`, `"%v %v"`, `"%"`, `"é"`, `"k"`, `"a"`, `"t1"`, `"t2"`, `"none"`,
	`"<a href='x'>&\"b\"</a>"`, `"\ud800"`, `"\xff"`, `"a?b=c d&é/~"`, `"{{.}}"`, `"{{.a"`, `"{{.zz.y}}"`, "`{{range .l}}{{.}},{{end}}`",
	"\"\xff\\n\"", `"0"`,
}

var plainStrs = []string{`"x"`, `"a"`, `"k"`, `"t1"`, `"%v|%d|%s"`, "`raw`", `""`, `"<é>\n"`, `"{{.a}}"`}

// Functions with how many arguments they like.
var callees = []struct {
	name string
	n    int
}{
	{"and", 2}, {"or", 2}, {"not", 1}, {"eq", 2}, {"ne", 2}, {"lt", 2}, {"le", 2}, {"gt", 2}, {"ge", 2}, {"len", 1},
	{"index", 2}, {"slice", 2}, {"print", 2}, {"printf", 2}, {"println", 1}, {"html", 1}, {"js", 1}, {"urlquery", 1},
	{"call", 1}, {"str", 1}, {"num", 1}, {"num8", 1}, {"unum", 1}, {"flt", 1}, {"flag", 1}, {"lst", 1}, {"mp", 1},
	{"joined", 2}, {"list", 2}, {"dict", 2}, {"set", 3}, {"type", 1}, {"same", 1}, {"boom", 0}, {"strs", 0}, {"bytes", 0},
	{"smap", 0}, {"nilmap", 0}, {"nothing", 0}, {"i64", 1}, {"include", 2}, {"tpl", 2}, {"nosuch", 1},
}

var fragments = []string{
	"{{", "}}", "{{-", "-}}", "{{- ", " -}}", "{{/*", "*/}}", "{{/* c */}}", "{{- /* c */ -}}", "{{/* c */ }}", "(", ")", "|", ".",
	",", ":=", "=", ":", "$", "$x", "$x.a", " ", "\n", "\t", "if", "else", "end", "range", "with", "define", "template", "block",
	"break", "continue", "nil", "true", "false", "\"", "`", "'", "\\", "@", "#", "!", "\x00", "\x7f", "é", "\u00a0", "\u200b", "\xff", "🙂",
	"{{end}}", "{{else}}", "{{if .a}}", "{{range .l}}", "{{define \"t1\"}}", "{{template \"t1\" .}}", "{{break}}", ".a.b", "..", ".a.", "$.a",
	"{{- end -}}", "{{else if .b}}", "{{with .m}}", "{{else with .m}}", "nil.a", "\"x\".y", "1.a", "(.a).b", "$undefined", "{{.",
}

type generator struct {
	r     *rand.Rand
	vars  []string
	loops int
	depth int
}

func newGenerator(r *rand.Rand) *generator {
	return &generator{r: r}
}

func (g *generator) pick(of []string) string {
	return of[g.r.Intn(len(of))]
}

func (g *generator) chance(percent int) bool {
	return g.r.Intn(100) < percent
}

func (g *generator) space() string {
	if g.chance(90) {
		return " "
	}
	return g.pick([]string{"  ", "\n", "\t", " \n "})
}

func (g *generator) fields(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString("." + g.pick(keys))
	}
	return b.String()
}

func (g *generator) variable() string {
	if len(g.vars) > 0 && g.chance(80) {
		return g.vars[g.r.Intn(len(g.vars))]
	}
	return g.pick([]string{"$", "$", "$", "$", "$", "$", "$x", "$y"})
}

func (g *generator) operand() string {
	g.depth++
	defer func() { g.depth-- }()
	switch n := g.r.Intn(100); {
	case n < 12:
		return "."
	case n < 40:
		return g.fields(1 + g.r.Intn(3))
	case n < 52:
		return g.variable() + g.fields(g.r.Intn(3))
	case n < 62:
		if g.chance(85) {
			return g.pick([]string{"0", "1", "2", "-1", "3.5", "1e6", "0x1F", "017", "'a'", "1_000", "1i", "9223372036854775808"})
		}
		return g.pick(numbers)
	case n < 74:
		if g.chance(75) {
			return g.pick(plainStrs)
		}
		return g.pick(strs)
	case n < 78:
		return g.pick([]string{"true", "false"})
	case n < 81:
		return "nil"
	case n < 83:
		return g.pick([]string{"strs", "bytes", "smap", "nilmap", "nothing", "boom", "list", "dict"})
	case g.depth < 5:
		return "(" + g.pipeline() + ")" + g.fields(g.r.Intn(5)/3)
	}
	return ".l"
}

func (g *generator) command(first bool) string {
	var b strings.Builder
	if g.chance(45) {
		c := callees[g.r.Intn(len(callees)-1)]
		if g.chance(2) {
			c = callees[len(callees)-1]
		}
		b.WriteString(c.name)
		n := c.n
		if !first {
			n--
		}
		if g.chance(12) {
			n += g.r.Intn(3) - 1
		}
		for i := 0; i < n; i++ {
			b.WriteString(g.space() + g.operand())
		}
		return b.String()
	}
	b.WriteString(g.operand())
	if g.chance(4) {
		b.WriteString(g.space() + g.operand())
	}
	return b.String()
}

func (g *generator) pipeline() string {
	s := g.command(true)
	for g.chance(18) {
		s += g.pick([]string{" | ", "|", " |", "| "}) + g.command(false)
	}
	return s
}

func (g *generator) newVariable() string {
	return g.pick([]string{"$x", "$y", "$z", "$v"})
}

func (g *generator) open() string {
	return g.pick([]string{"{{", "{{", "{{", "{{- ", "{{ ", "{{\n"})
}

func (g *generator) close() string {
	return g.pick([]string{"}}", "}}", "}}", " -}}", " }}", "\n}}"})
}

func (g *generator) action(inside string) string {
	return g.open() + inside + g.close()
}

func (g *generator) declaring(pipeline string) string {
	switch {
	case g.chance(15):
		v := g.newVariable()
		g.vars = append(g.vars, v)
		return v + g.pick([]string{" := ", ":=", " :="}) + pipeline
	case g.chance(8):
		return g.variable() + " = " + pipeline
	}
	return pipeline
}

func (g *generator) rangeClause() string {
	p := g.pipeline()
	if g.chance(50) {
		p = g.pick([]string{".l", ".m", ".", ".a", ".t", "3", "strs", "smap", "list 1 2", ".zz"})
	}
	switch {
	case g.chance(20):
		v := g.newVariable()
		g.vars = append(g.vars, v)
		return v + " := " + p
	case g.chance(35):
		v, w := g.newVariable(), g.newVariable()
		g.vars = append(g.vars, v, w)
		return v + ", " + w + g.pick([]string{" := ", " := ", " := ", " = "}) + p
	case g.chance(5):
		return g.variable() + " = " + p
	}
	return p
}

func (g *generator) branch() string {
	vars := len(g.vars)
	word := g.pick([]string{"if", "if", "with", "range", "range"})
	clause := ""
	if word == "range" {
		clause = g.rangeClause()
		g.loops++
	} else {
		clause = g.declaring(g.pipeline())
	}
	s := g.action(word+" "+clause) + g.list()
	if word == "range" {
		g.loops--
	}
	if word != "range" {
		for g.chance(20) {
			s += g.action("else "+word+" "+g.pipeline()) + g.list()
		}
	}
	if g.chance(35) {
		s += g.action("else") + g.list()
	}
	g.vars = g.vars[:vars]
	return s + g.action("end")
}

func (g *generator) item() string {
	g.depth++
	defer func() { g.depth-- }()
	switch n := g.r.Intn(100); {
	case n < 30:
		return g.pick(texts)
	case n < 68:
		return g.action(g.declaring(g.pipeline()))
	case n < 86 && g.depth < 5:
		return g.branch()
	case n < 90:
		return g.action("template " + g.pick([]string{`"t1"`, `"t2"`, "`t1`", `"none"`}) + g.pick([]string{"", " .", " .m", " " + g.operand()}))
	case n < 92 && g.depth < 4:
		vars := g.vars
		g.vars = nil
		s := g.action(`block "t3" .`) + g.list() + g.action("end")
		g.vars = vars
		return s
	case n < 94 && (g.loops > 0 || g.chance(5)):
		return g.action(g.pick([]string{"break", "continue"}))
	case n < 96:
		return g.pick([]string{"{{/* c */}}", "{{- /* c\n */ -}}"})
	}
	return g.pick(texts)
}

func (g *generator) list() string {
	var b strings.Builder
	for n := g.r.Intn(4); n >= 0; n-- {
		b.WriteString(g.item())
	}
	return b.String()
}

func (g *generator) text() string {
	var b strings.Builder
	g.vars, g.loops, g.depth = nil, 0, 0
	if g.chance(35) {
		b.WriteString(`{{define "t1"}}` + g.plain() + "{{end}}" + g.pick(texts))
	}
	if g.chance(15) {
		g.vars = nil
		b.WriteString(`{{define "t2"}}<{{template "t1" .}}>` + g.plain() + "{{end}}")
	}
	g.vars = nil
	b.WriteString(g.list())
	return b.String()
}

// plain is the body of a definition: nothing in it is executed again and again without end.
func (g *generator) plain() string {
	s := g.list()
	for _, word := range []string{`"t1"`, "`t1`", `"t2"`, "include", "tpl", "template", "block"} {
		if strings.Contains(s, word) {
			return "[{{.}}]"
		}
	}
	return s
}

// mutated is the text with something taken away or put in.
func (g *generator) mutated(s string) string {
	for n := 1 + g.r.Intn(2); n > 0; n-- {
		at := g.r.Intn(len(s) + 1)
		to := min(at+g.r.Intn(4), len(s))
		if g.chance(70) {
			s = s[:at] + g.pick(fragments) + s[to:]
		} else {
			s = s[:at] + s[to:]
		}
	}
	return s
}

func (g *generator) value(depth int) interface{} {
	switch n := g.r.Intn(12); {
	case n < 3 && depth > 0:
		m := map[string]interface{}{}
		for i := g.r.Intn(5); i > 0; i-- {
			m[g.pick(keys)] = g.value(depth - 1)
		}
		return m
	case n < 5 && depth > 0:
		l := []interface{}{}
		for i := g.r.Intn(4); i > 0; i-- {
			l = append(l, g.value(depth-1))
		}
		return l
	case n < 7:
		return g.pick([]string{"", "x", "a b", "k", "<b>", "é\n", "0", "true"})
	case n < 10:
		return []float64{0, 1, 2, -1, 3.5, 1e6, 1e21, 123456789, 0.000001}[g.r.Intn(9)]
	case n < 11:
		return g.chance(50)
	}
	return nil
}

func (g *generator) data() string {
	if g.chance(5) {
		b, _ := json.Marshal(g.value(2))
		return string(b)
	}
	m := map[string]interface{}{
		"l": []interface{}{1, "two", nil}, "m": map[string]interface{}{"b": 2, "a": "x", "c": nil}, "s": "str", "t": true,
		"f": 2.5, "n": nil, "a": 1,
	}
	for i := g.r.Intn(5); i > 0; i-- {
		m[g.pick(keys)] = g.value(3)
	}
	b, _ := json.Marshal(m)
	return string(b)
}

// bounded tells that nothing calls itself without end: Go would fill its stack before it says so.
func bounded(s string) bool {
	return strings.Count(s, "define") <= 2 && !strings.Contains(s, `"t3"`) || strings.Count(s, "t3") <= 1
}

func (g *generator) next() testCase {
	for {
		c := testCase{missing: uint32(g.r.Intn(3)), data: g.data(), text: g.text()}
		if g.chance(20) {
			c.text = g.mutated(c.text)
		}
		if bounded(c.text) {
			return c
		}
	}
}
