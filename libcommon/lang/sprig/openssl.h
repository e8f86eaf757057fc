/*
 * libcrypto, loaded when the first template asks for a key, a certificate or a cipher: linked, it would
 * cost each run of a program 1 ms and 2 MiB. Inner header of the files that need it.
 *
 * Call sl_openssl_load() first, then `sl_openssl.FUNCTION(...)`. Macros of OpenSSL's headers that call
 * functions of it must be spelled out.
 *
 * Thread rule: thread-safe; the table does not change once it is loaded, and stays.
 */
#ifndef LIBCOMMON_LANG_SPRIG_OPENSSL_H
#define LIBCOMMON_LANG_SPRIG_OPENSSL_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "libcommon/base/err.h"

/* The library whose headers we were compiled with. */
#define SL_OPENSSL_SONAME "libcrypto.so." OPENSSL_MSTR(OPENSSL_SHLIB_VERSION)

/* clang-format off */
#define SL_OPENSSL_FUNCTIONS(X) \
	X(ASN1_INTEGER_free) \
	X(ASN1_OCTET_STRING_free) \
	X(ASN1_OCTET_STRING_new) \
	X(ASN1_OCTET_STRING_set) \
	X(ASN1_STRING_get0_data) \
	X(ASN1_STRING_length) \
	X(ASN1_TIME_set) \
	X(BIO_ctrl) \
	X(BIO_free) \
	X(BIO_new) \
	X(BIO_new_mem_buf) \
	X(BIO_s_mem) \
	X(BN_bin2bn) \
	X(BN_free) \
	X(BN_to_ASN1_INTEGER) \
	X(CRYPTO_clear_free) \
	X(CRYPTO_free) \
	X(ERR_clear_error) \
	X(EVP_CIPHER_CTX_free) \
	X(EVP_CIPHER_CTX_new) \
	X(EVP_CIPHER_CTX_set_padding) \
	X(EVP_CipherInit_ex) \
	X(EVP_CipherUpdate) \
	X(EVP_Digest) \
	X(EVP_PBE_scrypt) \
	X(EVP_PKCS82PKEY) \
	X(EVP_PKEY_CTX_free) \
	X(EVP_PKEY_CTX_new_from_pkey) \
	X(EVP_PKEY_CTX_new_id) \
	X(EVP_PKEY_CTX_set_dsa_paramgen_bits) \
	X(EVP_PKEY_CTX_set_dsa_paramgen_q_bits) \
	X(EVP_PKEY_Q_keygen) \
	X(EVP_PKEY_free) \
	X(EVP_PKEY_get_base_id) \
	X(EVP_PKEY_get_bits) \
	X(EVP_PKEY_keygen) \
	X(EVP_PKEY_keygen_init) \
	X(EVP_PKEY_paramgen) \
	X(EVP_PKEY_paramgen_init) \
	X(EVP_Q_digest) \
	X(EVP_aes_256_cbc) \
	X(EVP_sha256) \
	X(EVP_sha384) \
	X(EVP_sha512) \
	X(HMAC) \
	X(OBJ_nid2obj) \
	X(PEM_read_bio) \
	X(PEM_write_bio_PKCS8PrivateKey) \
	X(PEM_write_bio_PrivateKey_traditional) \
	X(PEM_write_bio_X509) \
	X(PKCS8_PRIV_KEY_INFO_free) \
	X(X509_EXTENSION_create_by_NID) \
	X(X509_EXTENSION_free) \
	X(X509_NAME_ENTRY_free) \
	X(X509_NAME_ENTRY_new) \
	X(X509_NAME_ENTRY_set_data) \
	X(X509_NAME_ENTRY_set_object) \
	X(X509_NAME_add_entry) \
	X(X509_NAME_cmp) \
	X(X509_NAME_free) \
	X(X509_NAME_new) \
	X(X509_add_ext) \
	X(X509_check_private_key) \
	X(X509_free) \
	X(X509_get0_pubkey_bitstr) \
	X(X509_get0_subject_key_id) \
	X(X509_get_issuer_name) \
	X(X509_get_subject_name) \
	X(X509_getm_notAfter) \
	X(X509_getm_notBefore) \
	X(X509_new) \
	X(X509_set_issuer_name) \
	X(X509_set_pubkey) \
	X(X509_set_serialNumber) \
	X(X509_set_subject_name) \
	X(X509_set_version) \
	X(X509_sign) \
	X(d2i_PKCS8_PRIV_KEY_INFO) \
	X(d2i_PrivateKey) \
	X(d2i_X509)
/* clang-format on */

struct sl_openssl {
#define SL_OPENSSL_MEMBER(name) __typeof__(name) *name;
	SL_OPENSSL_FUNCTIONS(SL_OPENSSL_MEMBER)
#undef SL_OPENSSL_MEMBER
};

extern struct sl_openssl sl_openssl;

/* Errors: SL_ERR_UNSUPPORTED when the library, or a function of it, is not there. */
int sl_openssl_load(struct sl_err *err) SL_MUST_CHECK;
/* The same from a library of another name into another table. */
int sl_openssl_load_from(const char *soname, struct sl_openssl *table,
			 struct sl_err *err) SL_MUST_CHECK;

#endif
