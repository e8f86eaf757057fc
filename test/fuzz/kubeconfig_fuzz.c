/* A kubeconfig from a Secret, under both policies: what is accepted is complete and reaches nowhere. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/kube/config.h"
#include "libcommon/kube/config_exec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sl_str text = { (const char *)data, size };

	for (int open = 0; open < 2; open++) {
		const struct sl_kube_config_secret_policy policy = { open, open };
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_kube_config) copy = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		if (sl_kube_config_parse_secret(text, &policy, &c, &err) < 0) {
			check(err.message && !c.server);
			continue;
		}
		check(c.server && !c.token_file && !c.impersonate_user);
		check(open || (!c.exec_argv.n && !c.insecure_skip_tls_verify));
		check(!c.client_cert_pem == !c.client_key_pem);
		sl_kube_config_copy(&c, &copy);
		check(sl_streq(c.server, copy.server));
		if (c.exec_api_version && sl_kube_config_exec_take(&c, text, &err) == 0)
			check(c.token || c.client_cert_pem);
	}
	return 0;
}
