// Package pki makes the certificate authorities, certificates and keys of a lab.
//
// All keys are ECDSA P-256, because generating one takes no time. Everything is written as PEM;
// private keys are readable by the owner alone.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// validity is how long a certificate lasts: longer than any lab, short enough to be harmless.
const validity = 30 * 24 * time.Hour

// CA is a certificate authority. It is immutable after its creation.
type CA struct {
	Cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Pair is a certificate with its key, both in PEM.
type Pair struct {
	CertPEM []byte
	KeyPEM  []byte
}

// Identity says whom a certificate is for. Hosts (names or IP addresses) make it a server's, no
// hosts a client's.
type Identity struct {
	Name   string
	Groups []string
	Hosts  []string
}

// NewCA makes a self-signed authority called name.
func NewCA(name string) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := template(pkix.Name{CommonName: name})
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &CA{Cert: cert, key: key}, nil
}

// OpenCA reads the authority that is kept as dir/name.crt and dir/name.key, or makes and stores it.
func OpenCA(dir, name string) (*CA, error) {
	base := filepath.Join(dir, name)
	pair, err := ReadPair(base)
	if errors.Is(err, fs.ErrNotExist) {
		ca, err := NewCA(name)
		if err != nil {
			return nil, err
		}
		keyPEM, err := keyPEM(ca.key)
		if err != nil {
			return nil, err
		}
		return ca, Pair{CertPEM: ca.CertPEM(), KeyPEM: keyPEM}.Write(base)
	}
	if err != nil {
		return nil, err
	}
	loaded, err := tls.X509KeyPair(pair.CertPEM, pair.KeyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", base, err)
	}
	key, ok := loaded.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s.key: not an ECDSA key", base)
	}
	cert, err := x509.ParseCertificate(loaded.Certificate[0])
	return &CA{Cert: cert, key: key}, err
}

// CertPEM returns the authority's certificate.
func (ca *CA) CertPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Cert.Raw})
}

// Pool returns a pool that holds this authority alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Cert)
	return pool
}

// Issue signs a new certificate for id.
func (ca *CA) Issue(id Identity) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	template, err := template(pkix.Name{CommonName: id.Name, Organization: id.Groups})
	if err != nil {
		return Pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	for _, host := range id.Hosts {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.Cert, key.Public(), ca.key)
	if err != nil {
		return Pair{}, err
	}
	keyPEM, err := keyPEM(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{CertPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), KeyPEM: keyPEM}, nil
}

// IssueTo issues a certificate for id and writes it as base.crt and base.key.
func (ca *CA) IssueTo(base string, id Identity) (Pair, error) {
	pair, err := ca.Issue(id)
	if err != nil {
		return Pair{}, err
	}
	return pair, pair.Write(base)
}

// Write stores the pair as base.crt and base.key.
func (p Pair) Write(base string) error {
	if err := os.WriteFile(base+".crt", p.CertPEM, 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+".key", p.KeyPEM, 0o600)
}

// ReadPair reads base.crt and base.key; the error is fs.ErrNotExist if either is missing.
func ReadPair(base string) (Pair, error) {
	cert, err := os.ReadFile(base + ".crt")
	if err != nil {
		return Pair{}, err
	}
	key, err := os.ReadFile(base + ".key")
	return Pair{CertPEM: cert, KeyPEM: key}, err
}

// TLS returns the pair in the form crypto/tls takes.
func (p Pair) TLS() (tls.Certificate, error) {
	return tls.X509KeyPair(p.CertPEM, p.KeyPEM)
}

// WriteSigningKey makes a key pair for service account tokens: base.key signs, base.pub verifies.
// A key pair that exists is kept, so that tokens outlive a restart.
func WriteSigningKey(base string) error {
	if _, err := os.Stat(base + ".pub"); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := keyPEM(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := os.WriteFile(base+".key", private, 0o600); err != nil {
		return err
	}
	return os.WriteFile(base+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644)
}

func template(subject pkix.Name) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(validity),
	}, nil
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}
