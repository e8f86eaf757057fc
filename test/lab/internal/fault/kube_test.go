package fault

import (
	"net/url"
	"testing"
)

func TestDescribe(t *testing.T) {
	const apply = "application/apply-patch+yaml"
	for _, c := range []struct {
		method, target, contentType string
		want                        Request
	}{
		{"GET", "/api/v1/pods", "", Request{Verb: "list", Resource: "pods"}},
		{"GET", "/api/v1/namespaces", "", Request{Verb: "list", Resource: "namespaces"}},
		{"GET", "/api/v1/namespaces/a", "", Request{Verb: "get", Resource: "namespaces", Name: "a"}},
		{"PUT", "/api/v1/namespaces/a/finalize", "", Request{Verb: "update", Resource: "namespaces/finalize", Name: "a"}},
		{"GET", "/api/v1/namespaces/a/pods/b", "", Request{Verb: "get", Resource: "pods", Namespace: "a", Name: "b"}},
		{"GET", "/api/v1/namespaces/a/pods/b/log", "", Request{Verb: "get", Resource: "pods/log", Namespace: "a", Name: "b"}},
		{"GET", "/api/v1/pods?watch=1", "", Request{Verb: "watch", Resource: "pods"}},
		{"GET", "/apis/apps/v1/namespaces/a/deployments?watch=true", "",
			Request{Verb: "watch", Group: "apps", Resource: "deployments", Namespace: "a"}},
		{"PATCH", "/apis/apps/v1/namespaces/a/deployments/b?dryRun=All&fieldManager=x", apply,
			Request{Verb: "apply", Group: "apps", Resource: "deployments", Namespace: "a", Name: "b", DryRun: true}},
		{"PATCH", "/apis/apps/v1/namespaces/a/deployments/b/status", "application/merge-patch+json",
			Request{Verb: "patch", Group: "apps", Resource: "deployments/status", Namespace: "a", Name: "b"}},
		{"POST", "/api/v1/namespaces/a/events", "", Request{Verb: "create", Resource: "events", Namespace: "a"}},
		{"DELETE", "/api/v1/namespaces/a/events", "", Request{Verb: "deletecollection", Resource: "events", Namespace: "a"}},
		{"DELETE", "/api/v1/nodes/a", "", Request{Verb: "delete", Resource: "nodes", Name: "a"}},
		{"GET", "/apis/apps/v1", "", Request{}},
		{"GET", "/api/v1", "", Request{}},
		{"GET", "/readyz", "", Request{}},
	} {
		target, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		got := Request{Method: c.method, Path: target.Path}
		describe(&got, target.Query(), c.contentType)
		c.want.Method, c.want.Path = c.method, target.Path
		if got != c.want {
			t.Errorf("%s %s:\n got %+v\nwant %+v", c.method, c.target, got, c.want)
		}
	}
}
