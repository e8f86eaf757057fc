/*
 * Private keys and certificates by OpenSSL, as Go's crypto packages write them.
 *
 * Keys come as PEM: "RSA PRIVATE KEY" (PKCS #1), "EC PRIVATE KEY" (SEC 1), "DSA PRIVATE KEY", all else
 * as "PRIVATE KEY" (PKCS #8). Certificates are version 3 with the extensions of sprig's template.
 * OpenSSL's own random numbers make the keys: they cannot be repeated. The library is loaded by the first
 * call; where it is missing each call fails with SL_ERR_UNSUPPORTED.
 *
 * Thread rule: thread-safe.
 * Source: RFC 5280, RFC 7468; what crypto/x509 of Go 1.26 writes, byte for byte but for keys and serials.
 */
#ifndef LIBCOMMON_LANG_SPRIG_PKI_H
#define LIBCOMMON_LANG_SPRIG_PKI_H

#include <stdint.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"

#define SL_PKI_PEM_MAX ((size_t)1 << 20)   /* of a key or a certificate */
#define SL_PKI_NAMES_MAX ((size_t)1 << 16) /* bytes of alternative names */
#define SL_PKI_SERIAL 16

struct sl_pki_key;

enum sl_pki_kind { SL_PKI_RSA_2048, SL_PKI_RSA_4096, SL_PKI_DSA, SL_PKI_ECDSA, SL_PKI_ED25519 };

/* A new key. Errors: SL_ERR_INTERNAL. */
int sl_pki_generate(enum sl_pki_kind kind, struct sl_pki_key **ret,
		    struct sl_err *err) SL_MUST_CHECK;
/* Errors: SL_ERR_INVALID with sprig's text. */
int sl_pki_key_parse(struct sl_str pem, struct sl_pki_key **ret, struct sl_err *err) SL_MUST_CHECK;
void sl_pki_key_free(struct sl_pki_key *key);
SL_DEFINE_AUTO_PTR(sl_pki_key);
int sl_pki_key_write(const struct sl_pki_key *key, struct sl_strbuf *out,
		     struct sl_err *err) SL_MUST_CHECK;

/* Whether there is a certificate in it. Errors: SL_ERR_INVALID with sprig's text. */
int sl_pki_cert_check(struct sl_str pem, struct sl_err *err) SL_MUST_CHECK;

struct sl_pki_request {
	struct sl_str common_name;
	bool is_ca;
	int64_t not_before, not_after; /* seconds since 1970 */
	unsigned char serial[SL_PKI_SERIAL];
	struct sl_str
		names; /* alternative names in DER, from sl_pki_add_dns() and sl_pki_add_ip() */
	const struct sl_pki_key *key;
	/* Who signs: NULL for the key itself. */
	struct sl_str ca_cert; /* PEM */
	const struct sl_pki_key *ca_key;
};

/* Append a name to `names`. Errors: SL_ERR_INVALID (not ASCII; no address) with Go's text. */
int sl_pki_add_dns(struct sl_str name, struct sl_strbuf *names, struct sl_err *err) SL_MUST_CHECK;
int sl_pki_add_ip(struct sl_str address, struct sl_strbuf *names, struct sl_err *err) SL_MUST_CHECK;

/* Append the certificate as PEM. Errors: SL_ERR_INVALID with sprig's and Go's text, SL_ERR_INTERNAL. */
int sl_pki_sign(const struct sl_pki_request *request, struct sl_strbuf *out,
		struct sl_err *err) SL_MUST_CHECK;

#endif
