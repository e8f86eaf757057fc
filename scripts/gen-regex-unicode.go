// Writes the Unicode tables of libcommon/lang/regex from those of the Go toolchain that runs it, which
// the lab's module chooses:
//
//	cd test/lab && go run ../../scripts/gen-regex-unicode.go > ../../libcommon/lang/regex/unicode_table.c
//
// The table in the tree is that of Go 1.26 (Unicode 15). It holds the names that this toolchain's
// regexp accepts in \p{...}, in the spelling that regexp brings every name to, and the orbits of
// unicode.SimpleFold.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"unicode"
)

type span struct{ lo, hi, every rune }

// canonical is how regexp looks a name up: no separators, and only the first letter is a capital.
func canonical(name string) string {
	name = strings.NewReplacer("_", "", "-", "", " ", "").Replace(name)
	return strings.ToUpper(name[:1]) + strings.ToLower(name[1:])
}

func spans(in func(rune) bool) []span {
	var all []span
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !in(r) {
			continue
		}
		if n := len(all); n > 0 && all[n-1].hi+1 == r {
			all[n-1].hi = r
		} else {
			all = append(all, span{r, r, 1})
		}
	}
	var out []span
	for _, s := range all {
		n := len(out)
		if n > 0 && s.lo == s.hi && out[n-1].hi+2 == s.lo &&
			(out[n-1].every == 2 || out[n-1].lo == out[n-1].hi) {
			out[n-1].hi, out[n-1].every = s.hi, 2
		} else {
			out = append(out, s)
		}
	}
	return out
}

func classes() map[string]func(rune) bool {
	of := func(t *unicode.RangeTable) func(rune) bool {
		return func(r rune) bool { return unicode.Is(t, r) }
	}
	all := map[string]func(rune) bool{
		"Any":      func(r rune) bool { return true },
		"ASCII":    func(r rune) bool { return r <= unicode.MaxASCII },
		"Assigned": func(r rune) bool { return !unicode.Is(unicode.Cn, r) },
	}
	for name, t := range unicode.Scripts {
		all[name] = of(t)
	}
	for name, t := range unicode.Categories {
		all[name] = of(t)
	}
	for alias, name := range unicode.CategoryAliases {
		if all[alias] == nil {
			all[alias] = of(unicode.Categories[name])
		}
	}
	return all
}

func writeClasses(w *bufio.Writer) {
	var ranges []string
	seen := map[string]int{}
	rows := map[string]string{}
	all := classes()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := regexp.Compile(`\p{` + name + `}`); err != nil {
			continue
		}
		var texts []string
		for _, s := range spans(all[name]) {
			lo := fmt.Sprintf("%#x", s.lo)
			if s.every == 2 {
				lo = fmt.Sprintf("%#x", uint32(s.lo)|1<<31)
			}
			texts = append(texts, fmt.Sprintf("{ %s, %#x },", lo, s.hi))
		}
		key := strings.Join(texts, "")
		from, ok := seen[key]
		if !ok {
			from = len(ranges)
			seen[key] = from
			ranges = append(ranges, texts...)
		}
		rows[canonical(name)] = fmt.Sprintf("{ %q, %d, %d },", canonical(name), from, from+len(texts))
	}
	fmt.Fprintln(w, "const struct sl_regex_table_range sl_regex_unicode_ranges[] = {")
	writeRows(w, ranges)
	fmt.Fprintln(w, "};\n\nconst struct sl_regex_table_name sl_regex_unicode_names[] = {")
	var keys []string
	for key := range rows {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		fmt.Fprintf(w, "\t%s\n", rows[key])
	}
	fmt.Fprintf(w, "};\nconst size_t sl_regex_unicode_name_count = %d;\n\n", len(keys))
}

func writeFolds(w *bufio.Writer) {
	type fold struct{ lo, hi, delta rune }
	const pairs = 1<<31 - 1
	var all []fold
	for r := rune(0); r <= unicode.MaxRune; r++ {
		delta := unicode.SimpleFold(r) - r
		if delta == 0 {
			continue
		}
		n := len(all)
		switch {
		case delta == 1 && unicode.SimpleFold(r+1) == r:
			if n > 0 && all[n-1].delta == pairs && all[n-1].hi+1 == r {
				all[n-1].hi = r + 1
			} else {
				all = append(all, fold{r, r + 1, pairs})
			}
			r++
		case n > 0 && all[n-1].delta == delta && all[n-1].hi+1 == r:
			all[n-1].hi = r
		default:
			all = append(all, fold{r, r, delta})
		}
	}
	var rows []string
	for _, f := range all {
		delta := fmt.Sprint(f.delta)
		if f.delta == pairs {
			delta = "SL_REGEX_FOLD_PAIRS"
		}
		rows = append(rows, fmt.Sprintf("{ %#x, %#x, %s },", f.lo, f.hi, delta))
	}
	fmt.Fprintln(w, "const struct sl_regex_fold_span sl_regex_fold_spans[] = {")
	writeRows(w, rows)
	fmt.Fprintf(w, "};\nconst size_t sl_regex_fold_span_count = %d;\n", len(rows))
}

func writeRows(w *bufio.Writer, rows []string) {
	line := ""
	for _, row := range rows {
		if line != "" && len(line)+1+len(row) > 90 {
			fmt.Fprintf(w, "\t%s\n", line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+row, " ")
	}
	fmt.Fprintf(w, "\t%s\n", line)
}

func main() {
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprintln(w, "/* Written by scripts/gen-regex-unicode.go: do not edit. */")
	fmt.Fprintf(w, "#include \"libcommon/lang/regex/unicode.h\"\n\n/* clang-format off */\n")
	writeClasses(w)
	writeFolds(w)
}
