#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/lang/sprig/pki_key.h"

/* Tags of GeneralName. */
#define TAG_DNS 0x82
#define TAG_IP 0x87
#define TAG_SEQUENCE 0x30
#define SKI_SIZE 20

/* Tag and length. */
static void add_header(struct sl_strbuf *out, unsigned char tag, size_t n)
{
	unsigned char bytes[6] = { tag };
	size_t used = 1;

	if (n >= 0x80) {
		int octets = n > 0xffff ? 3 : n > 0xff ? 2 : 1;

		bytes[used++] = (unsigned char)(0x80 | octets);
		while (octets-- > 1)
			bytes[used++] = (unsigned char)(n >> (8 * octets));
	}
	bytes[used++] = (unsigned char)n;
	sl_strbuf_add(out, bytes, used);
}

int sl_pki_add_dns(struct sl_str name, struct sl_strbuf *names, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(4 * SL_PKI_NAMES_MAX);

	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x80)
			continue;
		sl_strbuf_add_goquoted(&quoted, name);
		return sl_err_set(err, SL_ERR_INVALID, "x509: %s cannot be encoded as an IA5String",
				  quoted.p);
	}
	add_header(names, TAG_DNS, name.n);
	sl_strbuf_adds(names, name);
	return sl_strbuf_check(names, "a list of names", err);
}

int sl_pki_add_ip(struct sl_str address, struct sl_strbuf *names, struct sl_err *err)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN + 1] = "";
	unsigned char bytes[16];

	if (address.n && address.n < sizeof(text) && sl_str_chr(address, '\0') < 0)
		memcpy(text, address.p, address.n);
	if (inet_pton(AF_INET, text, bytes) == 1) {
		add_header(names, TAG_IP, 4);
		sl_strbuf_add(names, bytes, 4);
	} else if (inet_pton(AF_INET6, text, bytes) == 1) {
		/* An IPv4 address is one however it is written. */
		size_t from = memcmp(bytes, mapped, sizeof(mapped)) == 0 ? 12 : 0;

		add_header(names, TAG_IP, 16 - from);
		sl_strbuf_add(names, bytes + from, 16 - from);
	} else {
		return sl_err_set(err, SL_ERR_INVALID, "error parsing ip: %.*s",
				  SL_STR_FMT(address));
	}
	return sl_strbuf_check(names, "a list of names", err);
}

static X509 *read_cert(struct sl_str pem, struct sl_err *err)
{
	unsigned char *der;
	const unsigned char *p;
	X509 *cert = NULL;
	char *type;
	long n;

	if (!sl_pki_decode(pem, &type, &der, &n)) {
		sl_err_set(err, SL_ERR_INVALID, "unable to decode certificate");
		return NULL;
	}
	p = der;
	cert = sl_openssl.d2i_X509(NULL, &p, n);
	if (!cert)
		sl_err_set(err, SL_ERR_INVALID,
			   "error parsing certificate: decodedCert.Bytes: "
			   "x509: malformed certificate");
	sl_openssl.CRYPTO_free(der, __FILE__, __LINE__);
	sl_openssl.CRYPTO_free(type, __FILE__, __LINE__);
	sl_openssl.ERR_clear_error();
	return cert;
}

int sl_pki_cert_check(struct sl_str pem, struct sl_err *err)
{
	X509 *cert;

	if (sl_openssl_load(err) < 0)
		return SL_ERR_UNSUPPORTED;
	cert = read_cert(pem, err);
	sl_openssl.X509_free(cert);
	return cert ? 0 : SL_ERR_INVALID;
}

static bool add_extension(X509 *cert, int nid, bool critical, const void *der, size_t n)
{
	ASN1_OCTET_STRING *value = sl_openssl.ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	bool good = value && sl_openssl.ASN1_OCTET_STRING_set(value, der, (int)n) == 1;

	if (good)
		extension = sl_openssl.X509_EXTENSION_create_by_NID(NULL, nid, critical, value);
	good = extension && sl_openssl.X509_add_ext(cert, extension, -1) == 1;
	sl_openssl.X509_EXTENSION_free(extension);
	sl_openssl.ASN1_OCTET_STRING_free(value);
	return good;
}

/* Of the public key: the first 160 bits of its SHA-256, as Go makes it for certificate authorities. */
static bool add_subject_key_id(X509 *cert)
{
	const ASN1_BIT_STRING *bits = sl_openssl.X509_get0_pubkey_bitstr(cert);
	unsigned char der[2 + EVP_MAX_MD_SIZE] = { 0x04, SKI_SIZE };

	if (!bits || sl_openssl.EVP_Digest(sl_openssl.ASN1_STRING_get0_data(bits),
					   (size_t)sl_openssl.ASN1_STRING_length(bits), der + 2,
					   NULL, sl_openssl.EVP_sha256(), NULL) != 1)
		return false;
	return add_extension(cert, NID_subject_key_identifier, false, der, 2 + SKI_SIZE);
}

static bool add_authority_key_id(X509 *cert, X509 *ca)
{
	SL_AUTO(sl_strbuf) der = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	const ASN1_OCTET_STRING *id = ca ? sl_openssl.X509_get0_subject_key_id(ca) : NULL;
	size_t n = id ? (size_t)sl_openssl.ASN1_STRING_length(id) : 0;

	if (!n || sl_openssl.X509_NAME_cmp(sl_openssl.X509_get_subject_name(cert),
					   sl_openssl.X509_get_issuer_name(cert)) == 0)
		return true;
	add_header(&der, TAG_SEQUENCE, n + (n < 0x80 ? 2 : n < 0x100 ? 3 : 4));
	add_header(&der, 0x80, n);
	sl_strbuf_add(&der, sl_openssl.ASN1_STRING_get0_data(id), n);
	return !der.failed &&
	       add_extension(cert, NID_authority_key_identifier, false, der.p, der.n);
}

/* In Go's order. */
static bool add_extensions(X509 *cert, const struct sl_pki_request *request, X509 *ca)
{
	/* digitalSignature, keyEncipherment, and keyCertSign */
	static const unsigned char usage[] = { 3, 2, 5, 0xa0 }, ca_usage[] = { 3, 2, 2, 0xa4 };
	/* serverAuth, clientAuth */
	static const unsigned char extended[] = { 0x30, 20, 6, 8,    0x2b, 6, 1, 5, 5, 7, 3,
						  1,	6,  8, 0x2b, 6,	   1, 5, 5, 7, 3, 2 };
	static const unsigned char leaf[] = { 0x30, 0 }, authority[] = { 0x30, 3, 1, 1, 0xff };
	SL_AUTO(sl_strbuf) names = SL_STRBUF_INIT(2 * SL_PKI_NAMES_MAX);
	bool is_ca = request->is_ca;

	if (!add_extension(cert, NID_key_usage, true, is_ca ? ca_usage : usage, sizeof(usage)) ||
	    !add_extension(cert, NID_ext_key_usage, false, extended, sizeof(extended)) ||
	    !add_extension(cert, NID_basic_constraints, true, is_ca ? authority : leaf,
			   is_ca ? sizeof(authority) : sizeof(leaf)) ||
	    (is_ca && !add_subject_key_id(cert)) || !add_authority_key_id(cert, ca))
		return false;
	if (!request->names.n)
		return true;
	add_header(&names, TAG_SEQUENCE, request->names.n);
	sl_strbuf_adds(&names, request->names);
	/* It is all that says who the subject is when that has no name. */
	return !names.failed &&
	       add_extension(cert, NID_subject_alt_name, !request->common_name.n, names.p, names.n);
}

/* Go writes a PrintableString where it can; '*' and '&' are none to it. */
static bool is_printable(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !(c && strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

static bool set_subject(X509 *cert, struct sl_str name)
{
	X509_NAME *subject = sl_openssl.X509_NAME_new();
	int type = is_printable(name) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
	X509_NAME_ENTRY *entry = NULL;
	bool good = subject;

	/* Made by hand: OpenSSL's own way refuses more than 64 characters. */
	if (good && name.n) {
		entry = sl_openssl.X509_NAME_ENTRY_new();
		good = entry &&
		       sl_openssl.X509_NAME_ENTRY_set_object(
			       entry, sl_openssl.OBJ_nid2obj(NID_commonName)) == 1 &&
		       sl_openssl.X509_NAME_ENTRY_set_data(
			       entry, type, (const unsigned char *)name.p, (int)name.n) == 1 &&
		       sl_openssl.X509_NAME_add_entry(subject, entry, -1, 0) == 1;
	}
	good = good && sl_openssl.X509_set_subject_name(cert, subject) == 1;
	sl_openssl.X509_NAME_ENTRY_free(entry);
	sl_openssl.X509_NAME_free(subject);
	return good;
}

static bool set_serial(X509 *cert, const unsigned char serial[SL_PKI_SERIAL])
{
	BIGNUM *number = sl_openssl.BN_bin2bn(serial, SL_PKI_SERIAL, NULL);
	ASN1_INTEGER *integer = number ? sl_openssl.BN_to_ASN1_INTEGER(number, NULL) : NULL;
	bool good = integer && sl_openssl.X509_set_serialNumber(cert, integer) == 1;

	sl_openssl.ASN1_INTEGER_free(integer);
	sl_openssl.BN_free(number);
	return good;
}

static bool set_time(ASN1_TIME *to, int64_t sec)
{
	return sl_openssl.ASN1_TIME_set(to, (time_t)sec) != NULL;
}

static bool fill(X509 *cert, const struct sl_pki_request *request, X509 *ca)
{
	return sl_openssl.X509_set_version(cert, X509_VERSION_3) == 1 &&
	       set_serial(cert, request->serial) && set_subject(cert, request->common_name) &&
	       sl_openssl.X509_set_issuer_name(
		       cert, sl_openssl.X509_get_subject_name(ca ? ca : cert)) == 1 &&
	       set_time(sl_openssl.X509_getm_notBefore(cert), request->not_before) &&
	       set_time(sl_openssl.X509_getm_notAfter(cert), request->not_after) &&
	       sl_openssl.X509_set_pubkey(cert, request->key->pkey) == 1 &&
	       add_extensions(cert, request, ca);
}

/* The digest that Go signs with, NULL for one that needs none; false for keys that it cannot sign with. */
static bool choose_digest(EVP_PKEY *pkey, const EVP_MD **ret)
{
	int id = sl_openssl.EVP_PKEY_get_base_id(pkey), bits = sl_openssl.EVP_PKEY_get_bits(pkey);

	*ret = NULL;
	if (id == EVP_PKEY_RSA)
		*ret = sl_openssl.EVP_sha256();
	else if (id == EVP_PKEY_EC)
		*ret = bits > 384   ? sl_openssl.EVP_sha512()
		       : bits > 256 ? sl_openssl.EVP_sha384()
				    : sl_openssl.EVP_sha256();
	return *ret || id == EVP_PKEY_ED25519;
}

static int make(const struct sl_pki_request *request, X509 *ca, struct sl_strbuf *out,
		struct sl_err *err)
{
	EVP_PKEY *signer = request->ca_key ? request->ca_key->pkey : request->key->pkey;
	X509 *cert = sl_openssl.X509_new();
	BIO *bio = sl_openssl.BIO_new(sl_openssl.BIO_s_mem());
	const EVP_MD *md;
	int r = 0;

	if (!choose_digest(signer, &md))
		r = sl_err_set(err, SL_ERR_INVALID,
			       "error creating certificate: x509: certificate private key does not "
			       "implement crypto.Signer");
	else if (ca && sl_openssl.X509_check_private_key(ca, signer) != 1)
		r = sl_err_set(
			err, SL_ERR_INVALID,
			"error creating certificate: x509: provided PrivateKey doesn't match "
			"parent's PublicKey");
	else if (!cert || !bio || !fill(cert, request, ca) ||
		 sl_openssl.X509_sign(cert, signer, md) <= 0 ||
		 sl_openssl.PEM_write_bio_X509(bio, cert) != 1)
		r = sl_err_set(err, SL_ERR_INTERNAL,
			       "error creating certificate: OpenSSL could not make it");
	else
		sl_pki_take(bio, out);
	sl_openssl.BIO_free(bio);
	sl_openssl.X509_free(cert);
	sl_openssl.ERR_clear_error();
	return r < 0 ? r : sl_strbuf_check(out, "a certificate", err);
}

int sl_pki_sign(const struct sl_pki_request *request, struct sl_strbuf *out, struct sl_err *err)
{
	X509 *ca = NULL;
	int r = sl_openssl_load(err);

	if (r < 0)
		return r;
	if (!sl_str_is_utf8(request->common_name))
		return sl_err_set(err, SL_ERR_INVALID,
				  "error creating certificate: asn1: string not valid UTF-8");
	if (request->ca_key) {
		ca = read_cert(request->ca_cert, err);
		if (!ca)
			return SL_ERR_INVALID;
	}
	r = make(request, ca, out, err);
	sl_openssl.X509_free(ca);
	return r;
}
