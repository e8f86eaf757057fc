package pki

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
)

func parse(t *testing.T, data []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestIssuedCertificatesVerifyForTheirPurpose(t *testing.T) {
	ca, err := NewCA("ca")
	if err != nil {
		t.Fatal(err)
	}
	server, err := ca.Issue(Identity{Name: "server", Hosts: []string{"127.0.0.1", "localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := ca.Issue(Identity{Name: "client", Groups: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		cert  []byte
		host  string
		usage x509.ExtKeyUsage
		want  bool
	}{
		{"server by address", server.CertPEM, "127.0.0.1", x509.ExtKeyUsageServerAuth, true},
		{"server by name", server.CertPEM, "localhost", x509.ExtKeyUsageServerAuth, true},
		{"server by a name it has not", server.CertPEM, "example.org", x509.ExtKeyUsageServerAuth, false},
		{"server as client", server.CertPEM, "", x509.ExtKeyUsageClientAuth, false},
		{"client", client.CertPEM, "", x509.ExtKeyUsageClientAuth, true},
		{"client as server", client.CertPEM, "", x509.ExtKeyUsageServerAuth, false},
	}
	for _, c := range cases {
		_, err := parse(t, c.cert).Verify(x509.VerifyOptions{
			Roots: ca.Pool(), DNSName: c.host, KeyUsages: []x509.ExtKeyUsage{c.usage},
		})
		if (err == nil) != c.want {
			t.Errorf("%s: %v, want success %v", c.name, err, c.want)
		}
	}
	if got := parse(t, client.CertPEM).Subject.Organization; len(got) != 2 {
		t.Errorf("groups %v, want a and b", got)
	}
}

func TestOpenCAKeepsTheAuthority(t *testing.T) {
	dir := t.TempDir()
	first, err := OpenCA(dir, "ca")
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenCA(dir, "ca")
	if err != nil {
		t.Fatal(err)
	}
	if !first.Cert.Equal(second.Cert) {
		t.Error("opening it again made another authority")
	}
	pair, err := second.IssueTo(filepath.Join(dir, "leaf"), Identity{Name: "leaf"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, pair.CertPEM).Verify(x509.VerifyOptions{
		Roots: first.Pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}); err != nil {
		t.Errorf("a certificate of the opened authority: %v", err)
	}
	st, err := os.Stat(filepath.Join(dir, "leaf.key"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v (%v), want 0600", st.Mode(), err)
	}
}

func TestOpenCARefusesDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"ca.crt", "ca.key"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenCA(dir, "ca"); err == nil {
		t.Error("a damaged authority was accepted")
	}
}

func TestWriteSigningKeyKeepsAKey(t *testing.T) {
	base := filepath.Join(t.TempDir(), "sa")
	if err := WriteSigningKey(base); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(base + ".pub")
	if err := WriteSigningKey(base); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(base + ".pub")
	if string(before) != string(after) || len(before) == 0 {
		t.Error("the key changed")
	}
}
