#include "libcommon/lang/sprig/bcrypt.h"

#include <crypt.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"

typedef char *(*crypt_fn)(const char *phrase, const char *setting, struct crypt_data *data);

/* bcrypt's own base64: another alphabet, no padding. */
static void add_salt(const unsigned char salt[SL_BCRYPT_SALT], char *out)
{
	static const char alphabet[] =
		"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < SL_BCRYPT_SALT; i++) {
		bits = bits << 8 | salt[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	*out++ = alphabet[bits << (6 - have) & 63];
	*out = '\0';
}

/* Stays loaded: the loader counts references and knows what is there. */
static crypt_fn find_crypt(void)
{
	void *lib = dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
	union {
		void *object;
		crypt_fn function;
	} found = { .object = lib ? dlsym(lib, "crypt_r") : NULL };

	return found.function;
}

int sl_bcrypt(struct sl_str password, const unsigned char salt[SL_BCRYPT_SALT],
	      char ret_hash[SL_BCRYPT_SIZE], struct sl_err *err)
{
	/* 2b is what Go computes; libcrypt guards 2a against a mistake of others, which changes some. */
	char setting[SL_BCRYPT_SIZE] = "$2b$10$", phrase[SL_BCRYPT_PASSWORD_MAX + 1] = "";
	SL_AUTO_FREE struct crypt_data *data = NULL;
	crypt_fn function;
	const char *hash;

	if (password.n > SL_BCRYPT_PASSWORD_MAX)
		return sl_err_set(err, SL_ERR_INVALID, "bcrypt: password length exceeds 72 bytes");
	if (sl_str_chr(password, '\0') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "bcrypt: password has a NUL");
	function = find_crypt();
	if (!function)
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "bcrypt needs libcrypt, which is not there");
	if (password.n)
		memcpy(phrase, password.p, password.n);
	add_salt(salt, setting + strlen(setting));
	data = sl_xcalloc(1, sizeof(*data));
	hash = function(phrase, setting, data);
	sl_wipe(phrase, sizeof(phrase));
	if (!hash || strlen(hash) != SL_BCRYPT_SIZE - 1 || hash[0] == '*')
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "this machine's libcrypt does not know bcrypt");
	memcpy(ret_hash, hash, SL_BCRYPT_SIZE);
	sl_wipe(data, sizeof(*data));
	ret_hash[2] = 'a';
	return 0;
}
