package cluster

import (
	"encoding/base64"
	"fmt"
	"strconv"

	"sluice.dev/lab/internal/pki"
)

const kubeconfigFormat = `apiVersion: v1
kind: Config
current-context: lab
clusters:
- name: lab
  cluster:
    server: %s
    certificate-authority-data: %s
contexts:
- name: lab
  context:
    cluster: lab
    user: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
`

// Kubeconfig returns a kubeconfig for the API server at url, whose certificate ca signed, and the
// client certificate `client` of user `user`.
func Kubeconfig(url string, ca []byte, client pki.Pair, user string) []byte {
	b64 := base64.StdEncoding.EncodeToString
	name := strconv.Quote(user)
	return fmt.Appendf(nil, kubeconfigFormat, url, b64(ca), name, name, b64(client.CertPEM), b64(client.KeyPEM))
}
