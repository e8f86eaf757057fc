// Compares libcommon/lang/regex with Go's regexp on generated patterns and texts.
//
//	regex-diff -probe build/release/test/tools/regexprobe [-n 1000000] [-seed 1] [-show 20]
//
// Compared are error messages, names of groups, whether and where there is a match, all groups, all
// matches, replacing, splitting and quoting. Each difference is printed with its case, quoted as Go
// does it. Patterns that only Sluice's own limits refuse are counted apart. Exits with 1 when there
// is a difference.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

type testCase struct {
	pattern, text, template string
	n                       int32
}

func addBytes(b *strings.Builder, s string) {
	fmt.Fprintf(b, " %d:%s", len(s), s)
}

func addMatch(b *strings.Builder, m []int) {
	for i := 0; i < len(m); i += 2 {
		fmt.Fprintf(b, " %d-%d", m[i], m[i+1])
	}
	b.WriteByte('\n')
}

// answer is what regexprobe writes to a case, by Go's regexp.
func answer(c testCase) string {
	var b strings.Builder
	re, err := regexp.Compile(c.pattern)
	if err != nil {
		// A C string ends at the first NUL, the part of the pattern that a message shows as well.
		text, _, cut := strings.Cut(err.Error(), "\x00")
		if cut {
			text += "`"
		}
		return text + "\n"
	}
	b.WriteString("names")
	for _, name := range re.SubexpNames() {
		addBytes(&b, name)
	}
	matched := 0
	if re.MatchString(c.text) {
		matched = 1
	}
	fmt.Fprintf(&b, "\nmatch %d\n", matched)
	if loc := re.FindStringIndex(c.text); loc != nil {
		fmt.Fprintf(&b, "find %d-%d\n", loc[0], loc[1])
	}
	if m := re.FindStringSubmatchIndex(c.text); m != nil {
		b.WriteString("submatch")
		addMatch(&b, m)
	}
	for _, m := range re.FindAllStringSubmatchIndex(c.text, -1) {
		b.WriteString("all")
		addMatch(&b, m)
	}
	b.WriteString("replace")
	addBytes(&b, re.ReplaceAllString(c.text, c.template))
	b.WriteString("\nliterally")
	addBytes(&b, re.ReplaceAllLiteralString(c.text, c.template))
	b.WriteString("\nquote")
	addBytes(&b, regexp.QuoteMeta(c.text))
	pieces := re.Split(c.text, int(c.n))
	fmt.Fprintf(&b, "\nsplit %d", len(pieces))
	for _, piece := range pieces {
		addBytes(&b, piece)
	}
	b.WriteByte('\n')
	return b.String()
}

func writeCase(w io.Writer, c testCase) error {
	head := []uint32{uint32(len(c.pattern)), uint32(len(c.text)), uint32(len(c.template)), uint32(c.n)}
	if err := binary.Write(w, binary.LittleEndian, head); err != nil {
		return err
	}
	_, err := io.WriteString(w, c.pattern+c.text+c.template)
	return err
}

func readAnswer(r io.Reader) (string, error) {
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return "", err
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return string(b), err
}

// isOwnLimit tells that Sluice refuses for its size what Go takes.
func isOwnLimit(got, want string) bool {
	return strings.HasPrefix(want, "names") &&
		(strings.HasPrefix(got, "error parsing regexp: expression too large: ") ||
			strings.HasPrefix(got, "a regular expression is larger than "))
}

// firstDifference is the first line in which the two differ, of both.
func firstDifference(got, want string) (string, string) {
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return g[i], w[i]
		}
	}
	return got, want
}

func run() (int, error) {
	probe := flag.String("probe", "build/release/test/tools/regexprobe", "the program to be asked")
	total := flag.Int("n", 1000000, "comparisons")
	seed := flag.Int64("seed", 1, "of the random numbers")
	show := flag.Int("show", 20, "differences to be printed")
	flag.Parse()

	cmd := exec.Command(*probe)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	cases := make(chan testCase, 1000)
	go func() {
		w := bufio.NewWriterSize(in, 1<<16)
		g := newGenerator(rand.New(rand.NewSource(*seed)))
		for i := 0; i < *total; i++ {
			c := g.next()
			if writeCase(w, c) != nil {
				break
			}
			// What is waited for has to be on its way.
			if len(cases) == cap(cases) {
				w.Flush()
			}
			cases <- c
		}
		w.Flush()
		in.Close()
		close(cases)
	}()

	r := bufio.NewReaderSize(out, 1<<16)
	var compared, compiled, matched, limited, differences int
	for c := range cases {
		want := answer(c)
		got, err := readAnswer(r)
		if err != nil {
			return differences, fmt.Errorf("no answer to %q on %q: %w", c.pattern, c.text, err)
		}
		compared++
		if strings.HasPrefix(want, "names") {
			compiled++
		}
		if strings.Contains(want, "\nmatch 1\n") {
			matched++
		}
		if got == want {
			continue
		}
		if isOwnLimit(got, want) {
			limited++
			continue
		}
		differences++
		if differences <= *show {
			g, w := firstDifference(got, want)
			fmt.Printf("pattern %q\n   text %q\ntemplate %q split %d\n    got %q\n   want %q\n\n",
				c.pattern, c.text, c.template, c.n, g, w)
		}
	}
	fmt.Printf("regex-diff: %d compared (seed %d; %d patterns compiled, %d matched, %d beyond own limits), "+
		"%d differences\n", compared, *seed, compiled, matched, limited, differences)
	return differences, cmd.Wait()
}

func main() {
	differences, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "regex-diff:", err)
	}
	if err != nil || differences > 0 {
		os.Exit(1)
	}
}
