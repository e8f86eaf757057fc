// Compares libcommon/lang/template with Go's text/template on generated texts and data.
//
//	template-diff -probe build/release/test/tools/tmplprobe [-n 1000000] [-seed 1] [-show 20]
//
// Compared are what is written and the error, be it of parsing or of execution. Each difference is
// printed with its case, quoted as Go does it. Exits with 1 when there is a difference.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"text/template"
)

type testCase struct {
	missing    uint32
	data, text string
}

var missing = []string{"missingkey=default", "missingkey=zero", "missingkey=error"}

// functions are those of test/tools/tmplprobe.c.
func functions(t *template.Template) template.FuncMap {
	return template.FuncMap{
		"str":    func(s string) string { return "[" + s + "]" },
		"num":    func(i int) int { return i },
		"num8":   func(i int8) int8 { return i },
		"unum":   func(u uint) uint { return u },
		"flt":    func(f float64) float64 { return f },
		"flag":   func(b bool) bool { return b },
		"lst":    func(l []interface{}) int { return len(l) },
		"mp":     func(m map[string]interface{}) int { return len(m) },
		"joined": func(s string, rest ...string) int { return 1 + len(rest) },
		"list":   func(items ...interface{}) []interface{} { return items },
		"dict": func(kv ...interface{}) map[string]interface{} {
			m := map[string]interface{}{}
			for i := 0; i+1 < len(kv); i += 2 {
				m[fmt.Sprint(kv[i])] = kv[i+1]
			}
			return m
		},
		"set": func(m map[string]interface{}, k string, v interface{}) (map[string]interface{}, error) {
			if m == nil {
				return nil, errors.New("set of nil")
			}
			m[k] = fmt.Sprintf("%T", v)
			return m, nil
		},
		"type":    func(v interface{}) string { return fmt.Sprintf("%T", v) },
		"same":    func(v interface{}) interface{} { return v },
		"boom":    func() (string, error) { return "", errors.New("boom") },
		"strs":    func() []string { return []string{"a", "b"} },
		"bytes":   func() []byte { return []byte("xyz")[:3:3] },
		"smap":    func() map[string]string { return map[string]string{"k": "v"} },
		"nilmap":  func() map[string]interface{} { return nil },
		"nothing": func() interface{} { return nil },
		"i64":     func(i int) int64 { return int64(i) },
		"include": func(name string, data interface{}) (string, error) {
			var b strings.Builder
			err := t.ExecuteTemplate(&b, name, data)
			return b.String(), err
		},
		"tpl": func(text string, data interface{}) (string, error) {
			c, err := t.Clone()
			if err != nil {
				return "", err
			}
			c.Funcs(functions(c))
			if _, err := c.New("tpl").Parse(text); err != nil {
				return "", err
			}
			var b strings.Builder
			err = c.ExecuteTemplate(&b, "tpl", data)
			return b.String(), err
		},
	}
}

// unspare makes the capacity of lists their length: how much room there is behind is the decoder's affair.
func unspare(v interface{}) interface{} {
	switch v := v.(type) {
	case []interface{}:
		for i := range v {
			v[i] = unspare(v[i])
		}
		return v[:len(v):len(v)]
	case map[string]interface{}:
		for k := range v {
			v[k] = unspare(v[k])
		}
	}
	return v
}

func render(c testCase, out *bytes.Buffer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var data interface{}
	if err := json.Unmarshal([]byte(c.data), &data); err != nil {
		return err
	}
	t := template.New("main").Option(missing[c.missing])
	t.Funcs(functions(t))
	if _, err := t.New("main").Parse(c.text); err != nil {
		return err
	}
	return t.ExecuteTemplate(out, "main", unspare(data))
}

// answer is what tmplprobe writes to a case, by Go's text/template.
func answer(c testCase) string {
	var out bytes.Buffer
	if err := render(c, &out); err != nil {
		// A C string ends at the first NUL.
		text, _, _ := strings.Cut(err.Error(), "\x00")
		return out.String() + "\nerror: " + text
	}
	return out.String()
}

func writeCase(w io.Writer, c testCase) error {
	head := []uint32{c.missing, uint32(len(c.data)), uint32(len(c.text))}
	if err := binary.Write(w, binary.LittleEndian, head); err != nil {
		return err
	}
	_, err := io.WriteString(w, c.data+c.text)
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

func run() (int, error) {
	probe := flag.String("probe", "build/release/test/tools/tmplprobe", "the program to be asked")
	total := flag.Int("n", 1000000, "comparisons")
	seed := flag.Int64("seed", 1, "of the random numbers")
	show := flag.Int("show", 20, "differences to be printed")
	record := flag.Bool("golden", false, "write the table of the unit tests to the standard output instead")
	flag.Parse()
	if *record {
		writeGolden(os.Stdout)
		return 0, nil
	}

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
	w := bufio.NewWriterSize(in, 1<<16)
	r := bufio.NewReaderSize(out, 1<<16)
	g := newGenerator(rand.New(rand.NewSource(*seed)))
	var parsed, rendered, differences int
	for i := 0; i < *total; i++ {
		c := g.next()
		if err := writeCase(w, c); err != nil {
			return differences, err
		}
		if err := w.Flush(); err != nil {
			return differences, err
		}
		want := answer(c)
		got, err := readAnswer(r)
		if err != nil {
			return differences, fmt.Errorf("no answer to %q with %s: %w", c.text, c.data, err)
		}
		if strings.Contains(want, "executing \"") {
			parsed++
		} else if !strings.Contains(want, "\nerror: ") {
			rendered++
		}
		if got == want {
			continue
		}
		differences++
		if differences <= *show {
			fmt.Printf("text %q\ndata %s %s\n got %q\nwant %q\n\n", c.text, c.data, missing[c.missing], got, want)
		}
	}
	fmt.Printf("template-diff: %d compared (seed %d; %d rendered, %d failed while executing), %d differences\n",
		*total, *seed, rendered, parsed, differences)
	if err := in.Close(); err != nil {
		return differences, err
	}
	return differences, cmd.Wait()
}

func main() {
	differences, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "template-diff:", err)
		os.Exit(2)
	}
	if differences > 0 {
		os.Exit(1)
	}
}
