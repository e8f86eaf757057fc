#include "libcommon/lang/sprig/pki_key.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/params.h>

bool sl_pki_decode(struct sl_str text, char **ret_type, unsigned char **ret_der, long *ret_n)
{
	BIO *bio = text.n && text.n <= SL_PKI_PEM_MAX
			   ? sl_openssl.BIO_new_mem_buf(text.p, (int)text.n)
			   : NULL;
	char *header = NULL;
	bool found = bio && sl_openssl.PEM_read_bio(bio, ret_type, &header, ret_der, ret_n) == 1;

	if (found)
		sl_openssl.CRYPTO_free(header, __FILE__, __LINE__);
	sl_openssl.BIO_free(bio);
	sl_openssl.ERR_clear_error();
	return found;
}

void sl_pki_take(BIO *bio, struct sl_strbuf *out)
{
	char *text = NULL;
	long n = sl_openssl.BIO_ctrl(bio, BIO_CTRL_INFO, 0, &text);

	if (n > 0)
		sl_strbuf_add(out, text, (size_t)n);
}

void sl_pki_key_free(struct sl_pki_key *key)
{
	if (!key)
		return;
	sl_openssl.EVP_PKEY_free(key->pkey);
	free(key);
}

/* 2048 bits with a subgroup of 256. */
static EVP_PKEY *generate_dsa(void)
{
	EVP_PKEY_CTX *ctx = sl_openssl.EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, NULL), *key_ctx = NULL;
	EVP_PKEY *params = NULL, *key = NULL;

	if (ctx && sl_openssl.EVP_PKEY_paramgen_init(ctx) == 1 &&
	    sl_openssl.EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 2048) == 1 &&
	    sl_openssl.EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, 256) == 1 &&
	    sl_openssl.EVP_PKEY_paramgen(ctx, &params) == 1)
		key_ctx = sl_openssl.EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	if (key_ctx && sl_openssl.EVP_PKEY_keygen_init(key_ctx) == 1)
		(void)sl_openssl.EVP_PKEY_keygen(key_ctx, &key);
	sl_openssl.EVP_PKEY_CTX_free(key_ctx);
	sl_openssl.EVP_PKEY_CTX_free(ctx);
	sl_openssl.EVP_PKEY_free(params);
	return key;
}

int sl_pki_generate(enum sl_pki_kind kind, struct sl_pki_key **ret, struct sl_err *err)
{
	EVP_PKEY *pkey = NULL;

	if (sl_openssl_load(err) < 0)
		return SL_ERR_UNSUPPORTED;
	switch (kind) {
	case SL_PKI_RSA_2048:
		pkey = sl_openssl.EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		break;
	case SL_PKI_RSA_4096:
		pkey = sl_openssl.EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)4096);
		break;
	case SL_PKI_DSA:
		pkey = generate_dsa();
		break;
	case SL_PKI_ECDSA:
		pkey = sl_openssl.EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		break;
	case SL_PKI_ED25519:
		pkey = sl_openssl.EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	}
	sl_openssl.ERR_clear_error();
	if (!pkey)
		return sl_err_set(err, SL_ERR_INTERNAL, "OpenSSL could not make a key");
	*ret = sl_xcalloc(1, sizeof(**ret));
	(*ret)->pkey = pkey;
	return 0;
}

/* By the type of the block: which key it must be, and how sprig names it when it is not. */
static const struct {
	const char *type;
	int id;
	const char *what;
} key_types[] = {
	{ "RSA PRIVATE KEY", EVP_PKEY_RSA, "parsing RSA private key from PEM" },
	{ "EC PRIVATE KEY", EVP_PKEY_EC, "parsing EC private key from PEM" },
	{ "DSA PRIVATE KEY", EVP_PKEY_DSA, "parsing DSA private key from PEM" },
};

static EVP_PKEY *read_pkcs8(const unsigned char *der, long n)
{
	PKCS8_PRIV_KEY_INFO *info = sl_openssl.d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, n);
	EVP_PKEY *pkey = info ? sl_openssl.EVP_PKCS82PKEY(info) : NULL;

	sl_openssl.PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

static int read_key(struct sl_str type, const unsigned char *der, long n, EVP_PKEY **ret,
		    struct sl_err *err)
{
	if (sl_str_eqz(type, "PRIVATE KEY")) {
		*ret = read_pkcs8(der, n);
		return *ret ? 0
			    : sl_err_set(err, SL_ERR_INVALID,
					 "decoding PEM as PKCS#8: asn1: structure error");
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(key_types); i++) {
		if (!sl_str_eqz(type, key_types[i].type))
			continue;
		*ret = sl_openssl.d2i_PrivateKey(key_types[i].id, NULL, &der, n);
		return *ret ? 0
			    : sl_err_set(err, SL_ERR_INVALID, "%s: asn1: structure error",
					 key_types[i].what);
	}
	if (!sl_str_cut_suffix(&type, SL_STR(" PRIVATE KEY")))
		return sl_err_set(err, SL_ERR_INVALID,
				  "no private key data in PEM block of type %.*s",
				  SL_STR_FMT(type));
	return sl_err_set(err, SL_ERR_INVALID, "invalid private key type %.*s", SL_STR_FMT(type));
}

int sl_pki_key_parse(struct sl_str pem, struct sl_pki_key **ret, struct sl_err *err)
{
	EVP_PKEY *pkey = NULL;
	unsigned char *der;
	char *type;
	long n;
	int r;

	if (sl_openssl_load(err) < 0)
		return SL_ERR_UNSUPPORTED;
	if (!sl_pki_decode(pem, &type, &der, &n))
		return sl_err_set(err, SL_ERR_INVALID, "no PEM data in input");
	r = read_key(sl_str(type), der, n, &pkey, err);
	sl_openssl.CRYPTO_clear_free(der, (size_t)n, __FILE__, __LINE__);
	sl_openssl.CRYPTO_free(type, __FILE__, __LINE__);
	sl_openssl.ERR_clear_error();
	if (r < 0)
		return r;
	*ret = sl_xcalloc(1, sizeof(**ret));
	(*ret)->pkey = pkey;
	return 0;
}

int sl_pki_key_write(const struct sl_pki_key *key, struct sl_strbuf *out, struct sl_err *err)
{
	BIO *bio = sl_openssl.BIO_new(sl_openssl.BIO_s_mem());
	int id = sl_openssl.EVP_PKEY_get_base_id(key->pkey), good = 0;

	if (bio && (id == EVP_PKEY_RSA || id == EVP_PKEY_EC || id == EVP_PKEY_DSA))
		good = sl_openssl.PEM_write_bio_PrivateKey_traditional(bio, key->pkey, NULL, NULL,
								       0, NULL, NULL);
	else if (bio)
		good = sl_openssl.PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL,
								NULL);
	if (good == 1)
		sl_pki_take(bio, out);
	sl_openssl.BIO_free(bio);
	sl_openssl.ERR_clear_error();
	if (good != 1)
		return sl_err_set(err, SL_ERR_INTERNAL, "OpenSSL could not write a key");
	return sl_strbuf_check(out, "a key", err);
}
