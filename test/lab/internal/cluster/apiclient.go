package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"sluice.dev/lab/internal/pki"
)

// apiClient is the little of a Kubernetes client that the supervisor needs.
type apiClient struct {
	url  string
	http *http.Client
}

func newAPIClient(l *layout) (*apiClient, error) {
	config, err := clientTLS(l.pki("ca.crt"), l.pki("admin"))
	if err != nil {
		return nil, err
	}
	return &apiClient{url: l.url(), http: &http.Client{Transport: &http.Transport{TLSClientConfig: config}}}, nil
}

// clientTLS trusts the authority in the file ca and presents the certificate base.crt.
func clientTLS(ca, base string) (*tls.Config, error) {
	pool := x509.NewCertPool()
	data, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool.AppendCertsFromPEM(data)
	pair, err := pki.ReadPair(base)
	if err != nil {
		return nil, err
	}
	cert, err := pair.TLS()
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// do sends a request and returns the status and the body.
func (c *apiClient) do(ctx context.Context, method, path string, body any) (int, []byte, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

func (c *apiClient) get(ctx context.Context, path string, into any) (bool, error) {
	status, body, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil || status != http.StatusOK {
		return false, err
	}
	return true, json.Unmarshal(body, into)
}

func (c *apiClient) ready(ctx context.Context) (bool, error) {
	status, body, err := c.do(ctx, http.MethodGet, "/readyz", nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/readyz: %d %s", status, body)
	}
	return err == nil, err
}

func (c *apiClient) version(ctx context.Context) (string, error) {
	var version struct {
		GitVersion string `json:"gitVersion"`
	}
	_, err := c.get(ctx, "/version", &version)
	return version.GitVersion, err
}

// createNode makes a node, which KWOK then keeps Ready; one that exists is left alone.
func (c *apiClient) createNode(ctx context.Context, name string) error {
	node := map[string]any{
		"apiVersion": "v1", "kind": "Node",
		"metadata": map[string]any{"name": name, "labels": map[string]string{
			"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
		}},
	}
	status, body, err := c.do(ctx, http.MethodPost, "/api/v1/nodes", node)
	if err == nil && status != http.StatusCreated && status != http.StatusConflict {
		err = fmt.Errorf("node %s: %d %s", name, status, body)
	}
	return err
}

// settled reports whether every node takes pods and the default service account exists, without
// which none are created.
func (c *apiClient) settled(ctx context.Context) (bool, error) {
	var account struct{}
	ok, err := c.get(ctx, "/api/v1/namespaces/default/serviceaccounts/default", &account)
	if !ok {
		return false, err
	}
	var nodes struct {
		Items []struct {
			Spec struct {
				Taints []struct{} `json:"taints"`
			} `json:"spec"`
			Status struct {
				Conditions []struct {
					Type   string `json:"type"`
					Status string `json:"status"`
				} `json:"conditions"`
			} `json:"status"`
		} `json:"items"`
	}
	if ok, err := c.get(ctx, "/api/v1/nodes", &nodes); !ok {
		return false, err
	}
	for _, node := range nodes.Items {
		ready := false
		for _, condition := range node.Status.Conditions {
			ready = ready || condition.Type == "Ready" && condition.Status == "True"
		}
		if !ready || len(node.Spec.Taints) > 0 {
			return false, nil
		}
	}
	return true, nil
}
