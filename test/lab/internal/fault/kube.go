package fault

import (
	"net/http"
	"net/url"
	"strings"
)

// describe fills in what a request means to the Kubernetes API; other paths are left as they are.
//
//	/api/v1/namespaces/NS/RESOURCE/NAME/SUBRESOURCE
//	/apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/SUBRESOURCE
func describe(r *Request, query url.Values, contentType string) {
	parts := strings.Split(strings.Trim(r.Path, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		r.Group, parts = parts[1], parts[3:]
	default:
		return
	}
	// The namespace itself is .../namespaces/NS, and its subresources are status and finalize.
	if len(parts) >= 3 && parts[0] == "namespaces" && parts[2] != "status" && parts[2] != "finalize" {
		r.Namespace, parts = parts[1], parts[2:]
	}
	r.Resource = parts[0]
	if len(parts) > 1 {
		r.Name = parts[1]
	}
	if len(parts) > 2 {
		r.Resource += "/" + strings.Join(parts[2:], "/")
	}
	r.Verb = verb(r, query, contentType)
	r.DryRun = query.Get("dryRun") != ""
}

func verb(r *Request, query url.Values, contentType string) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if watch := query.Get("watch"); watch == "true" || watch == "1" {
			return "watch"
		}
		if r.Name == "" {
			return "list"
		}
		return "get"
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		if strings.HasPrefix(contentType, "application/apply-patch") {
			return "apply"
		}
		return "patch"
	case http.MethodDelete:
		if r.Name == "" {
			return "deletecollection"
		}
		return "delete"
	}
	return strings.ToLower(r.Method)
}
