package main

import (
	"math/rand"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
	"unicode"
)

// Code points that are special to something: cases, folding orbits of three, widths in UTF-8, words.
var letters = []string{
	"a", "b", "c", "A", "B", "k", "K", "\u212a", "s", "S", "\u017f", "0", "1", "9", "_", "-", " ", "\n",
	"\t", ".", "$", "^", "é", "É", "σ", "ς", "Σ", "ß", "ẞ", "ǅ", "Ж", "ж", "日", "𐐀", "𐐨", "😀", "\ufffd",
	"\u200d", "\u0300", "x", "y", "z", ",", "=", "/", ":",
}

// Bytes that are no UTF-8, or not yet.
var broken = []string{"\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}

var escapes = []string{
	`\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\pL`, `\PL`, `\p{Greek}`, `\P{Greek}`, `\p{^Lu}`, `\p{Lu}`, `\pN`,
	`\p{Ll}`, `\p{Han}`, `\p{Latin}`, `\p{Cyrillic}`, `\p{Any}`, `\p{ascii}`, `\p{Assigned}`, `\p{LC}`,
	`\p{letter}`, `\p{Uppercase_Letter}`, `\pS`, `\pP`, `\pZ`, `\pC`, `\p{Cn}`, `\PM`, `\p{Deseret}`,
	`\n`, `\t`, `\a`, `\f`, `\r`, `\v`, `\x41`, `\x{e9}`, `\x{10FFFF}`, `\x{1F600}`, `\101`, `\0`, `\07`, `\.`,
	`\*`, `\\`, `\-`, `\]`, `\_`, `\Qa.b\E`, `\Q`, `\E`, `\Q\E`,
}

var posix = []string{
	"[:alpha:]", "[:^alpha:]", "[:digit:]", "[:word:]", "[:space:]", "[:upper:]", "[:lower:]", "[:punct:]",
	"[:ascii:]", "[:cntrl:]", "[:^cntrl:]", "[:graph:]", "[:print:]", "[:xdigit:]", "[:blank:]", "[:alnum:]",
}

var looks = []string{"^", "$", `\b`, `\B`, `\A`, `\z`}

var repeats = []string{
	"*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{0,1}", "{1,}", "{2,}", "{1,3}", "{0,2}?", "{2,3}?", "{3,}?",
	"{0,}", "{1}",
}

// What patterns are broken into and made of when they need not be well-formed.
var tokens = append([]string{
	"(", ")", "(?:", "(?i)", "(?i:", "(?-i)", "(?s)", "(?m)", "(?U)", "(?ims-U:", "(?-)", "(?i-", "(?P<n>",
	"(?P<name", "(?<m>", "(?P<>", "(?P<a-b>", "(?P=n)", "(?=", "(?!", "(?<=", "(?#", "(?", "[", "]", "[^", "[]",
	"[^]", "-", "|", "||", "a-z", "z-a", "[a-z", "[[:", ":]", "[:foo:]", "[[:foo:]]", "{", "}", "{,2}", "{2,1}",
	"{1001}", "{1000}", "{999999999999}", "{01}", "{1", "**", "+*", "?+", "{2}{3}", "\\", `\C`, `\8`, `\1`, `\x`,
	`\x{`, `\x{}`, `\x{110000}`, `\x{zz}`, `\xg`, `\x1`, `\p`, `\p{`, `\p{Foo}`, `\pX`, `\p{}`, `\p{^}`, `\pé`,
	`\é`, `\q`, `\Z`, `\p{Gr eek}`, `\p{-Lu}`, "\x00", "(?i)\\pL", ".", `\x{D800}`,
}, append(append(append(append([]string{}, letters...), escapes...), looks...), repeats...)...)

var templates = []string{
	"", "x", "$1", "${1}", "$0", "[$0]", "$n", "${n}x", "$1x", "${1x}", "$$", "$", "$$1", "a$", "${", "${}", "${1",
	"$01", "$10", "$2$1", "$é", "${é}", "$ 1", "$999999999999", "${name}-$2", "$_", "$m", "\xff$1", "$\xff",
}

type generator struct {
	r       *rand.Rand
	fixed   []testCase // what is tried first
	pattern string
	parsed  *syntax.Regexp // nil when it is malformed
	uses    int            // texts that are still to be tried
}

func newGenerator(r *rand.Rand) *generator {
	return &generator{r: r, fixed: append(classes(), folds()...)}
}

// edges are the code points around the ends of all ranges of a class.
func edges(t *unicode.RangeTable) string {
	var b strings.Builder
	add := func(lo, hi, stride rune) {
		for c := lo; c <= hi; c += stride {
			for _, r := range []rune{c - 1, c, c + 1} {
				b.WriteRune(max(r, 0))
			}
			if stride == 1 && c < hi-1 {
				c = hi - 1
			}
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return b.String()
}

// classes are all names that \p may have, some of them misspelt, and where they begin and end.
func classes() []testCase {
	tables := map[string]*unicode.RangeTable{}
	for _, all := range []map[string]*unicode.RangeTable{unicode.Scripts, unicode.Categories} {
		for name, t := range all {
			tables[name] = t
		}
	}
	for alias, name := range unicode.CategoryAliases {
		tables[alias] = unicode.Categories[name]
	}
	var names []string
	for name := range tables {
		names = append(names, name)
	}
	sort.Strings(names)
	var cases []testCase
	for _, name := range names {
		text := edges(tables[name])
		for _, spelling := range []string{name, strings.ToLower(name), strings.ReplaceAll(name, "_", " ")} {
			for _, form := range []string{`\p{%}`, `(?i)\p{%}`, `\P{%}`, `(?i)[^\P{%}]`, `(?i)[\P{%}]`} {
				pattern := strings.Replace(form, "%", spelling, 1)
				cases = append(cases, testCase{pattern, text, "-", -1})
			}
		}
	}
	return cases
}

// folds are all code points that are equal to others but for case.
func folds() []testCase {
	var cases []testCase
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.SimpleFold(r) == r {
			continue
		}
		text := string(r)
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			text += string(f)
		}
		text += string(r+1) + string(r-1)
		for _, form := range []string{"(?i)%", "(?i)[%]", "(?i)[^%]", "%"} {
			pattern := strings.Replace(form, "%", regexp.QuoteMeta(string(r)), 1)
			cases = append(cases, testCase{pattern, text, "-", -1})
		}
	}
	return cases
}

func (g *generator) of(list []string) string {
	return list[g.r.Intn(len(list))]
}

func (g *generator) next() testCase {
	if len(g.fixed) > 0 {
		c := g.fixed[0]
		g.fixed = g.fixed[1:]
		return c
	}
	if g.uses == 0 {
		g.newPattern()
	}
	g.uses--
	return testCase{
		pattern:  g.pattern,
		text:     g.text(),
		template: g.of(templates),
		n:        int32(g.r.Intn(7) - 1),
	}
}

func (g *generator) newPattern() {
	switch g.r.Intn(10) {
	case 0:
		g.pattern = g.soup()
	case 1:
		g.pattern = g.damaged(g.tree(3))
	case 2:
		g.pattern = g.small()
	case 3:
		g.pattern = g.of([]string{"(?i)", "(?s)", "(?m)", "(?U)", "(?im)", "(?sU)", "^", "(?i)^"}) + g.tree(3)
	default:
		g.pattern = g.tree(1 + g.r.Intn(4))
	}
	g.parsed, _ = syntax.Parse(g.pattern, syntax.Perl)
	g.uses = 1
	if g.parsed != nil {
		g.uses = 4
	}
}

func (g *generator) soup() string {
	var b strings.Builder
	for n := 1 + g.r.Intn(8); n > 0; n-- {
		if g.r.Intn(40) == 0 {
			b.WriteString(g.of(broken))
		}
		b.WriteString(g.of(tokens))
	}
	return b.String()
}

// damaged has one thing more or less than s.
func (g *generator) damaged(s string) string {
	at := g.r.Intn(len(s) + 1)
	switch g.r.Intn(3) {
	case 0:
		return s[:at] + g.of(tokens) + s[at:]
	case 1:
		return s[:at]
	default:
		end := min(len(s), at+1+g.r.Intn(3))
		return s[:at] + s[end:]
	}
}

// small is of few letters and many operators, where priorities and empty loops show.
func (g *generator) small() string {
	parts := []string{"a", "b", "(", ")", "|", "*", "+", "?", "*?", "+?", "(?:", "^", "$", `\b`, "(a|b)", "(a*)", "()"}
	var b strings.Builder
	open := 0
	for n := 3 + g.r.Intn(10); n > 0; n-- {
		s := g.of(parts)
		switch s {
		case "(", "(?:":
			open++
		case ")":
			if open == 0 {
				continue
			}
			open--
		}
		b.WriteString(s)
	}
	return b.String() + strings.Repeat(")", open)
}

func (g *generator) bracket() string {
	var b strings.Builder
	b.WriteString("[")
	if g.r.Intn(3) == 0 {
		b.WriteString("^")
	}
	for n := 1 + g.r.Intn(4); n > 0; n-- {
		switch g.r.Intn(5) {
		case 0:
			b.WriteString(g.of([]string{"a-z", "A-Z", "0-9", "a-c", "é-ж", "!-~", "\\x00-\\x{ffff}", "+--", "k-s"}))
		case 1:
			b.WriteString(g.of(posix))
		case 2:
			b.WriteString(g.of(escapes))
		default:
			b.WriteString(g.of(letters))
		}
	}
	return b.String() + "]"
}

func (g *generator) atom(depth int) string {
	switch g.r.Intn(12) {
	case 0:
		return g.bracket()
	case 1:
		return g.of(escapes)
	case 2:
		return g.of(looks)
	case 3:
		return "."
	case 4, 5, 6:
		if depth > 0 {
			open := g.of([]string{"(", "(", "(?:", "(?i:", "(?P<n>", "(?s:", "(?m:", "(?U:", "(?-i:", "(?<m>"})
			return open + g.tree(depth-1) + ")"
		}
	}
	return g.of(letters[:21])
}

func (g *generator) tree(depth int) string {
	var b strings.Builder
	for bars := g.r.Intn(3); ; bars-- {
		for n := g.r.Intn(4); n >= 0; n-- {
			b.WriteString(g.atom(depth))
			if g.r.Intn(3) == 0 {
				b.WriteString(g.of(repeats))
			}
		}
		if bars <= 0 {
			return b.String()
		}
		b.WriteString("|")
	}
}

func (g *generator) text() string {
	var b strings.Builder
	for n := g.r.Intn(5); n > 0; n-- {
		switch g.r.Intn(4) {
		case 0:
			if g.parsed != nil {
				g.sample(&b, g.parsed)
			}
		case 1:
			b.WriteString(strings.Repeat(g.of(letters), 1+g.r.Intn(3)))
		default:
			for k := g.r.Intn(4); k > 0; k-- {
				b.WriteString(g.of(letters[:21]))
			}
		}
		if g.r.Intn(12) == 0 {
			b.WriteString(g.of(broken))
		}
	}
	return b.String()
}

// sample appends what re may match, more or less.
func (g *generator) sample(b *strings.Builder, re *syntax.Regexp) {
	if b.Len() > 200 {
		return
	}
	times := 1
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			i := g.r.Intn(len(re.Rune)/2) * 2
			b.WriteRune(re.Rune[i] + rune(g.r.Intn(int(re.Rune[i+1]-re.Rune[i])+1)))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString(g.of(letters))
	case syntax.OpAlternate:
		g.sample(b, re.Sub[g.r.Intn(len(re.Sub))])
		return
	case syntax.OpStar:
		times = g.r.Intn(4)
	case syntax.OpPlus:
		times = 1 + g.r.Intn(3)
	case syntax.OpQuest:
		times = g.r.Intn(2)
	case syntax.OpRepeat:
		times = re.Min + g.r.Intn(2)
	}
	for ; times > 0; times-- {
		for _, sub := range re.Sub {
			g.sample(b, sub)
		}
	}
}
