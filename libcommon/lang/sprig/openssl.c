#include "libcommon/lang/sprig/openssl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

struct sl_openssl sl_openssl;

static pthread_once_t load_once = PTHREAD_ONCE_INIT;
static bool loaded;
static struct sl_err load_error = SL_ERR_INIT;

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define FUNCTION(name) { #name, offsetof(struct sl_openssl, name) },
	SL_OPENSSL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

int sl_openssl_load_from(const char *soname, struct sl_openssl *table, struct sl_err *err)
{
	/* Never closed: OpenSSL cleans up at exit. */
	void *lib = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!lib)
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "keys, certificates and ciphers need OpenSSL: %s", dlerror());
	for (size_t i = 0; i < SL_ARRAY_LEN(functions); i++) {
		void *function = dlsym(lib, functions[i].name);

		if (!function)
			return sl_err_set(err, SL_ERR_UNSUPPORTED, "%s has no function %s", soname,
					  functions[i].name);
		memcpy((char *)table + functions[i].offset, &function, sizeof(function));
	}
	return 0;
}

static void load(void)
{
	loaded = sl_openssl_load_from(SL_OPENSSL_SONAME, &sl_openssl, &load_error) == 0;
}

int sl_openssl_load(struct sl_err *err)
{
	pthread_once(&load_once, load);
	return loaded ? 0 : sl_err_set(err, SL_ERR_UNSUPPORTED, "%s", load_error.message);
}
