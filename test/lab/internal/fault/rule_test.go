package fault

import (
	"strings"
	"testing"
)

func TestParseRuleRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no action":                `{}`,
		"an unknown action":        `{"action":"explode"}`,
		"an unknown field":         `{"action":"drop","pfad":"x"}`,
		"a bad expression":         `{"action":"drop","path":"("}`,
		"a status out of range":    `{"action":"status","status":99}`,
		"status without status":    `{"action":"status"}`,
		"a bad probability":        `{"action":"drop","probability":1.5}`,
		"conditions of black-hole": `{"action":"black-hole","path":"x"}`,
		"no JSON":                  `drop`,
	} {
		if _, err := ParseRule([]byte(text)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestShorthandsFillInWhatIsNotSet(t *testing.T) {
	rule, err := ParseRule([]byte(`{"action":"429","retryAfter":"7"}`))
	if err != nil {
		t.Fatal(err)
	}
	if rule.Action != Status || rule.Status != 429 || rule.RetryAfter != "7" || rule.Reason != "TooManyRequests" {
		t.Errorf("got %+v", rule)
	}
}

func TestRuleChoosesRequests(t *testing.T) {
	watch := Request{Method: "GET", Path: "/api/v1/pods", Query: "watch=true", UserAgent: "flux/2.9",
		Verb: "watch", Resource: "pods", Namespace: "default", Name: "a"}
	for _, c := range []struct {
		rule string
		want bool
	}{
		{`{}`, true},
		{`{"verb":"watch"}`, true},
		{`{"verb":"watch|list","resource":"pods"}`, true},
		{`{"verb":"wat"}`, false},
		{`{"resource":"pods/status"}`, false},
		{`{"path":"v1/po"}`, true},
		{`{"path":"^/apis/"}`, false},
		{`{"query":"watch=(1|true)"}`, true},
		{`{"userAgent":"^flux/"}`, true},
		{`{"method":"GET","namespace":"default","name":"a"}`, true},
		{`{"method":"GET","namespace":"other"}`, false},
	} {
		text := `{"action":"drop",` + strings.TrimPrefix(c.rule, "{")
		rule, err := ParseRule([]byte(strings.Replace(text, ",}", "}", 1)))
		if err != nil {
			t.Fatalf("%s: %v", c.rule, err)
		}
		if got := rule.hit(&watch); got != c.want {
			t.Errorf("%s: hit %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestSkipAndCountBoundTheHits(t *testing.T) {
	rule, err := ParseRule([]byte(`{"action":"drop","skip":1,"count":2}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []bool
	for range 5 {
		got = append(got, rule.hit(&Request{}))
	}
	want := []bool{false, true, true, false, false}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("hits %v, want %v", got, want)
		}
	}
	if rule.Matches != 5 || rule.Hits != 2 {
		t.Errorf("%d matches, %d hits", rule.Matches, rule.Hits)
	}
}

func TestProbabilityHitsSome(t *testing.T) {
	rule, err := ParseRule([]byte(`{"action":"drop","probability":0.5}`))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		rule.hit(&Request{})
	}
	if rule.Hits < 350 || rule.Hits > 650 {
		t.Errorf("%d hits of 1000 at probability 0.5", rule.Hits)
	}
}
