/*
 * bcrypt, by the system's libcrypt, which is loaded when the first password comes.
 *
 * Thread rule: thread-safe. Source: golang.org/x/crypto/bcrypt (cost 10, "$2a$").
 */
#ifndef LIBCOMMON_LANG_SPRIG_BCRYPT_H
#define LIBCOMMON_LANG_SPRIG_BCRYPT_H

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_BCRYPT_SALT 16
/* "$2a$10$", 22 characters of salt, 31 of hash, NUL. */
#define SL_BCRYPT_SIZE 61
#define SL_BCRYPT_PASSWORD_MAX 72

/*
 * Errors: SL_ERR_INVALID with Go's text past SL_BCRYPT_PASSWORD_MAX bytes, or for a NUL, which libcrypt
 * cannot take; SL_ERR_UNSUPPORTED when the machine has no libcrypt that knows bcrypt.
 */
int sl_bcrypt(struct sl_str password, const unsigned char salt[SL_BCRYPT_SALT],
	      char ret_hash[SL_BCRYPT_SIZE], struct sl_err *err) SL_MUST_CHECK;

#endif
