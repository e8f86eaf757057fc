/*
 * What the files of pki.h share: the key within. Inner header.
 */
#ifndef LIBCOMMON_LANG_SPRIG_PKI_KEY_H
#define LIBCOMMON_LANG_SPRIG_PKI_KEY_H

#include "libcommon/lang/sprig/openssl.h"
#include "libcommon/lang/sprig/pki.h"

struct sl_pki_key {
	EVP_PKEY *pkey;
};

/*
 * These two need the loaded library. The first block of PEM in `text`: its type, and its bytes, both of
 * which the caller frees by CRYPTO_free().
 */
bool sl_pki_decode(struct sl_str text, char **ret_type, unsigned char **ret_der, long *ret_n);
/* Append all that was written to `bio`. */
void sl_pki_take(BIO *bio, struct sl_strbuf *out);

#endif
