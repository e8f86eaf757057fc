package main

import (
	"fmt"
	"io"
	"strings"
)

const goldenData = `{"a":1,"b":{"c":"x","d":{"e":[10,20]}},"f":2.5,"l":[1,"two",null,{"k":"v"}],"m":{"z":1,"y":"q","x":null},` +
	`"n":null,"s":"str","t":true,"e":"","el":[],"em":{},"big":1e6,"neg":-3,"h":"<a href='x'>&\"b\"</a>"}`

// What is recorded for the unit tests, by construct. Texts only: the data is goldenData.
var golden = []string{
	// Text, delimiters, trimming, comments.
	``, `plain`, "a{{/* c */}}b", "a {{- /* c */ -}} b", "a {{- 1 -}} b", "a {{-1}} b", "a{{ 1 }}\n{{- 2}}", "a{{1 -}}  \n\t b", "{{/* a\nb */}}{{.zz.y.x}}{{boom}}",
	"{{/* unclosed", "{{/* c */ }}", "{{- /* c */}}", "x {{-}}", "x{{- }}y", "{{", "{{.a", "{{.a\n\n", "a\nb{{\n.a | printf \"%d\n", "{{.a}", "}}{{.a}}{ {", "{{ 1 }} {{- 2 -}} {{ 3 }}",
	// Constants.
	`{{true}} {{false}}`, `{{nil}}`, `{{nil | print}}`, `{{1}} {{1.0}} {{1e3}} {{1e6}} {{1e21}} {{0x10}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{'a'}} {{'\n'}}`, `{{089}}`, `{{1__0}}`,
	`{{0x1p4}} {{0x1.8p1}} {{-0x10}} {{+1}} {{-0}} {{.5}} {{5.}}`, `{{1i}} {{1+2i}} {{printf "%.1f" 2i}} {{eq 1i 1i}}`, `{{9223372036854775807}}`, `{{9223372036854775808}}`, `{{print 9223372036854775808}}`, `{{18446744073709551616}}`,
	`{{1e400}}`, `{{1e}}`, `{{0xg}}`, `{{1a}}`, `{{''}}`, `{{'ab'}}`, `{{'\'}}`, `{{"a\tb\x41\u00e9\U0001F600\101\\\""}}`, `{{"\'"}}`, `{{"\q"}}`, `{{"\ud800"}}`, "{{`raw \\n \"q\"`}}", "{{\"a\nb\"}}", "{{\"abc}}", "{{`abc}}", "{{`a\r\nb`}}",
	// Dot, fields, variables.
	`{{.}}`, `{{.a}} {{.b.c}} {{.b.d.e}}`, `{{.zz}}`, `{{.zz.y}}`, `{{.n}}`, `{{.n.y}}`, `{{.a.y}}`, `{{.s.y}}`, `{{.b.c.d}}`, `{{.l.x}}`, `{{(.zz).y.x}}`, `{{(.b).c}}`, `{{(.b.d).e}}`, `{{(.s).y}}`, `{{$.a}}`, `{{$}}`, `{{$x := .b}}{{$x.c}}{{$x}}`,
	`{{$x := .s}}{{$x.y}}`, `{{$x}}`, `{{$x := 1}}{{$x = 2}}{{$x}}`, `{{$x = 1}}`, `{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}`, `{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}`, `{{if true}}{{$x := 1}}{{else}}{{$x}}{{end}}`,
	`{{if false}}{{$x := 1}}{{else}}{{$x}}{{end}}`, `{{if true}}{{$x := 1}}{{end}}{{$x}}`, `{{$x, $y := .a}}`, `{{$x := }}`, `{{.a 1}}`, `{{1 | .a}}`, `{{$ 1}}`, `{{.b.c 1}}`, `{{..}}`, `{{.a.}}`, `{{.a..b}}`, `{{"x".y}}`, `{{1.y}}`, `{{nil.y}}`, `{{true.y}}`, `{{..a}}`, `{{.1a}}`, `{{.é}}`,
	// Pipelines.
	`{{.a | printf "%v-%v" "x"}}`, `{{"x" | printf "%s"}}`, `{{1 | 2}}`, `{{1 | nil}}`, `{{.a | .b}}`, `{{(1)}}`, `{{(1 2)}}`, `{{()}}`, `{{(1}}`, `{{1)}}`, `{{|}}`, `{{1 |}}`, `{{| 1}}`, `{{1 2}}`, `{{"x" "y"}}`, `{{(.a) 1}}`, `{{print (print 1 | print) | print}}`, `{{1 | (print)}}`, `{{}}`, `{{ }}`,
	`{{print 1,2}}`, `{{print "a""b"}}`, `{{print(1)}}`, `{{(print 1)(print 2)}}`, `{{print @}}`, `{{é}}`, "{{\u00a0}}", "{{print \x01}}", `{{a-b}}`, `{{print $x}}`, `{{print := 1}}`, `{{$x : 1}}`,
	// Functions and arguments.
	`{{nosuch}}`, `{{nosuch 1 | print}}`, `{{.nosuch | nosuch}}`, `{{print}}`, `{{print 1 2 "a" "b" 3 nil true}}`, `{{println 1 "a"}}`, `{{printf "%d %s %q %v %T" 1 "x" "y" 2.5 .l}}`, `{{printf 3}}`, `{{printf .a}}`, `{{printf .zz}}`, `{{printf}}`, `{{printf "%d" "x"}}`, `{{printf "%d"}}`, `{{printf "x" 1}}`,
	`{{str "a"}}{{"b" | str}}`, `{{str 1}}`, `{{str .a}}`, `{{str .n}}`, `{{str .zz}}`, `{{str nil}}`, `{{str (print 1)}}`, `{{str print}}`, `{{str}}`, `{{str 1 2}}`, `{{1 | str 2}}`, `{{str true}}`, `{{str .}}`, `{{num 1}}`, `{{num 1.0}}`, `{{num 1.5}}`, `{{num .a}}`, `{{num "1"}}`, `{{num 'a'}}`, `{{num8 300}}`, `{{unum 1}}`,
	`{{unum -1}}`, `{{flt 1}}`, `{{flt .a}}`, `{{flt "1"}}`, `{{flag true}}`, `{{flag .t}}`, `{{flag 1}}`, `{{lst .l}}`, `{{lst nil}}`, `{{lst .n}}`, `{{lst strs}}`, `{{lst .zz}}`, `{{lst 1}}`, `{{mp .b}}`, `{{mp nilmap}}`, `{{mp .zz}}`, `{{mp "x"}}`, `{{mp smap}}`, `{{joined "a"}}{{joined "a" "b" "c"}}`,
	`{{joined}}`, `{{joined "a" 1}}`, `{{"x" | joined "a" "b"}}`, `{{.a | joined "a"}}`, `{{type .a}} {{type 1}} {{type nil}} {{type .zz}} {{type .l}} {{type strs}} {{type bytes}} {{type smap}} {{type (i64 3)}} {{type 1i}}`, `{{boom}}`, `{{print boom}}`, `{{.a | boom}}`, `{{list 1 "a" nil .b}}`, `{{nothing}}{{nilmap}}{{bytes}}{{strs}}`, `{{nothing.x}}`, `{{nilmap.x}}`, `{{smap.k}}{{smap.z}}|`,
	// Built-in functions.
	`{{and 1 0 2}} {{and 1 2}} {{or 0 "" 3}} {{or 0 ""}} {{and}}`, `{{or 0 1 boom}} {{and 0 boom}}`, `{{or 0 boom}}`, `{{and true nil}}`, `{{1 | and 0}} {{1 | and 2}} {{1 | or 0}}`, `{{not 0}} {{not .l}} {{not nil}} {{not .zz}}`, `{{not}}`, `{{not 1 2}}`,
	`{{len .l}} {{len .b}} {{len "héy"}} {{len bytes}} {{len nilmap}}`, `{{len 1}}`, `{{len nil}}`, `{{len .n}}`, `{{len .zz}}`, `{{len true}}`, `{{index .l 1}} {{index .b "c"}} {{index .b "zz"}} {{index .b "d" "e" 1}} {{index "abc" 1}} {{index bytes 0}} {{index smap "zz"}}|`, `{{index .l 4}}`, `{{index .l 5}}`, `{{index .l -1}}`, `{{index .l "a"}}`, `{{index .l nil}}`,
	`{{index .l .a}}`, `{{index .b 1}}`, `{{index .b nil}}`, `{{index nil 1}}`, `{{index .zz 1}}`, `{{index .n 1}}`, `{{index 1 1}}`, `{{index .b "zz" 1}}`, `{{index .l}}`, `{{index}}`, `{{index "abc" 3}}`, `{{index nilmap "x"}}`, `{{slice "abcdef" 1 3}} {{slice "abc" 1}} {{slice "abc"}} {{slice .l 1 2}} {{slice bytes 1}} {{slice .l 1 2 3}}`, `{{slice "abc" 1 2 3}}`, `{{slice "abc" 2 1}}`,
	`{{slice "abc" 4}}`, `{{slice 1 1}}`, `{{slice nil 1}}`, `{{slice .n 1}}`, `{{slice .l 0 1 2 3}}`, `{{slice "abc" .a}}`, `{{slice .l 2 3 1}}`, `{{call nil}}`, `{{call .a 1}}`, `{{call .zz}}`, `{{call (print 1)}}`, `{{.a | call}}`, `{{call}}`,
	`{{html .h}}`, `{{html "a" 1 nil .zz}}`, `{{js "a'b\"c<d>&=\\\n\x01é\u2028"}}`, `{{urlquery "a b/c?d=é&~-_."}}`, `{{urlquery 1 2}}`, `{{html .l}}`,
	`{{eq 1 1}} {{eq 1 2}} {{eq 1 2 1}} {{eq "a" "a"}} {{eq .a 1.0}} {{eq true true}} {{eq .n nil}} {{eq nil .zz}} {{eq .a nil}} {{eq (unum 3) 3}} {{eq 3 (unum 3)}}`, `{{eq .a 1}}`, `{{eq "a" 1}}`, `{{eq 1}}`, `{{eq}}`, `{{eq .l .l}}`, `{{eq .b .b}}`, `{{eq .l .b}}`, `{{eq .l nil}} {{eq nilmap nil}}`, `{{eq .l 1}}`,
	`{{ne 1 2}} {{ne "a" "a"}}`, `{{ne 1}}`, `{{ne 1 "a"}}`, `{{lt 1 2}} {{lt 2 1}} {{lt "a" "b"}} {{lt 1.5 2.5}} {{le 1 1}} {{gt 1 1}} {{ge 1 1}} {{lt -1 (unum 1)}} {{lt (unum 1) -1}} {{gt .f 2.0}}`, `{{lt 1 1.0}}`, `{{lt true false}}`, `{{lt nil 1}}`, `{{lt .l .l}}`, `{{gt .a 1}}`, `{{le "a" 1}}`, `{{lt 1i 2i}}`,
	// Truth and branches.
	`{{if .a}}a{{end}}{{if .e}}b{{else}}c{{end}}{{if .zz}}d{{else if .n}}e{{else if .s}}f{{else}}g{{end}}`, `{{if 0}}a{{end}}{{if 0.0}}b{{end}}{{if .el}}c{{end}}{{if .em}}d{{end}}{{if nilmap}}e{{end}}{{if -1}}f{{end}}{{if not .l}}g{{end}}{{if 1i}}h{{end}}`, `{{with .b}}{{.c}}{{$.a}}{{end}}{{with .zz}}x{{else}}{{.a}}{{end}}`, `{{with $x := .b}}{{$x.c}}{{.c}}{{end}}`,
	`{{with .zz}}1{{else with .b}}{{.c}}{{else}}3{{end}}`, `{{if $x := .a}}{{$x}}{{else}}{{$x}}{{end}}`, `{{if}}x{{end}}`, `{{if .a}}`, `{{if .a}}{{else}}{{else}}{{end}}`, `{{else}}`, `{{end}}`, `{{if .a}}{{end 1}}`, `{{if .a}}{{else 1}}{{end}}`, `{{if .a}}{{else with .b}}{{end}}{{end}}`, `{{with}}x{{end}}`, `{{if .a.b.c}}{{end}}`, "{{if .a}}\n{{.b.c}}\n{{.l.x}}\n{{end}}",
	// Ranges.
	`{{range .l}}[{{.}}]{{end}}`, `{{range .m}}[{{.}}]{{end}}`, `{{range $k, $v := .m}}{{$k}}={{$v}};{{end}}`, `{{range $i, $e := .l}}{{$i}}:{{$e}};{{end}}`, `{{range $e := .l}}{{$e}};{{end}}`, `{{range .el}}x{{else}}none{{end}}`, `{{range .em}}x{{else}}none{{end}}`, `{{range .zz}}x{{else}}none{{end}}`, `{{range nil}}x{{end}}`, `{{range .n}}x{{else}}none{{end}}`, `{{range nilmap}}x{{else}}none{{end}}`,
	`{{range 3}}{{.}}{{end}}`, `{{range $i := 3}}{{$i}}{{end}}`, `{{range $i, $e := 3}}{{$i}}{{end}}`, `{{range 0}}x{{else}}none{{end}}`, `{{range -2}}x{{else}}none{{end}}`, `{{range unum 2}}{{.}}{{end}}`, `{{range .a}}x{{end}}`, `{{range .s}}x{{end}}`, `{{range .t}}x{{end}}`, `{{range .f}}{{end}}`, `{{range strs}}{{.}}{{end}}`, `{{range bytes}}{{.}} {{end}}`, `{{range smap}}{{.}}{{end}}`,
	`{{range .l}}{{if eq (print .) "two"}}{{break}}{{end}}{{.}}{{end}}`, `{{range .l}}{{if eq (print .) "two"}}{{continue}}{{end}}[{{.}}]{{end}}`, `{{range .l}}{{range strs}}{{break}}{{end}}{{.}}{{end}}`, `{{break}}`, `{{continue}}`, `{{range .l}}{{break 1}}{{end}}`, `{{range .l}}{{else}}{{break}}{{end}}`, `{{range .l}}{{block "b" .}}{{break}}{{end}}{{end}}`, `{{range .l}}{{$x := .}}{{with 1}}{{continue}}{{end}}{{$x}}{{end}}`,
	`{{range $x, $y, $z := .l}}{{end}}`, `{{range $x, .l}}{{end}}`, `{{range $x, $y}}{{end}}`, `{{range $x := }}{{end}}`, `{{range}}{{end}}`, `{{$i := 0}}{{$e := 0}}{{range $i, $e = .l}}{{end}}{{$i}}{{$e}}`, `{{$e := 0}}{{range $e = .l}}{{end}}{{$e}}`, `{{range $i, $e = .l}}{{end}}`, `{{range .l}}{{.x}}{{end}}`, `{{range $e := .l}}{{$e.x}}{{end}}`, `{{range $i, $e := .m}}{{$i.x}}{{end}}`, `{{range list 1 "a"}}{{.x}}{{end}}`,
	`{{range .b}}{{.e}}{{end}}`, `{{$d := dict "a" 1 "b" 2}}{{range $k, $v := $d}}{{$k}}{{$v}}{{set $d "c" 3 | len}};{{end}}`, `{{range $i, $e := list 1 2}}{{slice "abc" $e}}{{end}}`,
	// Templates.
	`{{define "x"}}[{{.}}]{{end}}{{template "x" .a}}{{template "x"}}`, `{{define "x"}}{{$}}{{end}}{{template "x" .b.c}}`, `{{$v := 1}}{{define "x"}}{{$v}}{{end}}`, `{{template "none"}}`, "{{template `none` .}}", `{{template none}}`, `{{template}}`, `{{template "x" 1 2}}`, `{{template "x" .a .b}}{{define "x"}}{{end}}`, `{{template "x" $y := 1}}{{define "x"}}{{.}}{{end}}`, `{{template "x" (`, `{{define}}`,
	`{{define "x"}}`, `{{define "x" 1}}{{end}}`, `{{define x}}{{end}}`, `{{define "x"}}{{else}}{{end}}`, `{{define "x"}}1{{end}}{{define "x"}}2{{end}}`, `{{define "x"}} {{end}}{{define "x"}}2{{end}}{{template "x"}}`, `{{define "x"}}1{{end}}{{define "x"}} {{/* c */}}{{end}}{{template "x"}}`, `{{define "main"}}m{{end}}`, `{{define "main"}}m{{end}}x`, `{{if .a}}{{define "x"}}{{end}}{{end}}`,
	`{{define "x"}}{{define "y"}}{{end}}{{end}}`, `{{block "x" .a}}[{{.}}]{{end}}{{template "x" 2}}`, `{{block "x"}}{{end}}`, `{{block}}{{end}}`, `{{block "x" .a}}{{else}}{{end}}`, `{{block "x" .b}}{{.c.d.e}}{{end}}`, `{{define "x"}}{{.b.c.d}}{{end}}{{template "x" .}}`, "{{define \"x\"}}\n  {{.zz.y}}{{.n.y}}{{end}}\n\n{{include \"x\" .}}", `{{include "none" .}}`, `{{include "x" (boom)}}{{define "x"}}{{end}}`,
	`{{tpl "{{.a}}{{define \"q\"}}Q{{end}}{{template \"q\"}}" .}}`, `{{tpl "{{.a" .}}`, `{{tpl "{{.n.x}}" .}}`, `{{define "x"}}X{{end}}{{tpl "{{include \"x\" .}}" .}}`, `{{tpl "{{define \"x\"}}new{{end}}{{template \"x\"}}" .}}{{template "x"}}{{define "x"}}old{{end}}`, `{{define "x"}}{{if gt (len .) 0}}{{len .}}{{template "x" (slice . 1)}}{{end}}{{end}}{{template "x" .l}}`,
	// Places in messages.
	"a\n\n  {{ .n.x }}", "é{{.n.x}}", "a\n{{- /* c\n*/ -}}\n{{.n.x}}", "{{\n\n.n.x\n}}", "{{print\n\"a\"\n(len 1)}}", "{{if and .a (len 1)}}{{end}}", "{{with $x := index .l 9 | print}}{{end}}", "{{range $i, $e := index .l 9}}{{end}}", "a\n{{template \"x\" index .l 9}}{{define \"x\"}}{{end}}", "{{$x := (index .b \"d\").e.x}}", "{{printf \"%s\" (printf \"%d\" (len 1 | print))}}", "{{define \"a b\\n\"}}{{.n.x}}{{end}}{{template \"a b\\n\" .}}",
	`{{print 1 true nil "q" 'c' . .a $ $.a (1 | print) (.b).c 1.5}}{{index .l 1 true nil "q" 'c' . .a $ $.a (1 | print) (.b).c 1.5}}`, "x\n{{if 1}}\n{{range .l}}\n{{nosuch}}", "{{if\n.a\n(", "{{.a}}\n{{ .b\n\n", "{{\"a\n", "{{range .l}}\n{{end", "{{template \"x\n\"}}",
}

// cString is `s` as a literal of C; three octal digits cannot take what follows for their own.
func cString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '?' || c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// writeGolden writes what Go makes of each text as a table of C.
func writeGolden(w io.Writer) {
	fmt.Fprint(w, "/*\n * What Go 1.26's text/template writes and says, recorded by `template-diff -golden`. See\n"+
		" * test/fuzz/template/golden.go for the texts, by construct. Each is rendered with missing keys by default,\n"+
		" * as zero and as errors; a text is repeated only where that makes a difference.\n */\n"+
		"/* clang-format off */\n#ifndef TEST_UNIT_LANG_TEMPLATE_EXEC_GOLDEN_H\n#define TEST_UNIT_LANG_TEMPLATE_EXEC_GOLDEN_H\n\n")
	fmt.Fprintf(w, "static const char golden_data[] = %s;\n\n", cString(goldenData))
	fmt.Fprint(w, "static const struct golden_case {\n\tint missing;\n\tconst char *text, *want;\n} golden_cases[] = {\n")
	for _, text := range golden {
		usual := ""
		for option := range missing {
			want := answer(testCase{uint32(option), goldenData, text})
			if option == 0 || want != usual {
				fmt.Fprintf(w, "\t{ %d, %s,\n\t  %s },\n", option, cString(text), cString(want))
			}
			if option == 0 {
				usual = want
			}
		}
	}
	fmt.Fprint(w, "};\n\n#endif\n")
}
