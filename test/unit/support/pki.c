#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/httpd.h"

static void must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "test certificates could not be made\n");
	abort();
}

static char *steal_bio(BIO *b)
{
	char *data = NULL, *copy;
	long n = BIO_get_mem_data(b, &data);

	copy = sl_xmemdup0(data, (size_t)n);
	BIO_free(b);
	return copy;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(e != NULL && X509_add_ext(cert, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static X509 *make_cert(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
	static long serial = 1;
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject);
	if (!issuer)
		add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
	else
		add_extension(cert, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
	must(X509_sign(cert, issuer_key, EVP_sha256()) > 0);
	return cert;
}

static char *cert_text(X509 *cert)
{
	BIO *b = BIO_new(BIO_s_mem());

	must(PEM_write_bio_X509(b, cert) == 1);
	return steal_bio(b);
}

static char *key_text(EVP_PKEY *key)
{
	BIO *b = BIO_new(BIO_s_mem());

	must(PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) == 1);
	return steal_bio(b);
}

static void make_leaf(const char *name, X509 *ca, EVP_PKEY *ca_key, char **ret_cert, char **ret_key)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_cert(name, key, ca, ca_key);

	*ret_cert = cert_text(cert);
	*ret_key = key_text(key);
	X509_free(cert);
	EVP_PKEY_free(key);
}

void test_pki_create(struct test_pki *ret_pki)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *ca = make_cert("test authority", key, NULL, key);

	ret_pki->ca_pem = cert_text(ca);
	make_leaf("localhost", ca, key, &ret_pki->cert_pem, &ret_pki->key_pem);
	make_leaf("client", ca, key, &ret_pki->client_cert_pem, &ret_pki->client_key_pem);
	X509_free(ca);
	EVP_PKEY_free(key);
}

void test_pki_release(struct test_pki *pki)
{
	free(pki->ca_pem);
	free(pki->cert_pem);
	free(pki->key_pem);
	free(pki->client_cert_pem);
	free(pki->client_key_pem);
	memset(pki, 0, sizeof(*pki));
}
