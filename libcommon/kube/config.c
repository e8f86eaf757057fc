#include "libcommon/kube/config.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"

static void wipe_free(char *s)
{
	if (s)
		sl_wipe(s, strlen(s));
	free(s);
}

static void wipe_strvec(struct sl_strvec *l)
{
	for (size_t i = 0; i < l->n; i++)
		sl_wipe(l->v[i], strlen(l->v[i]));
	sl_strvec_release(l);
}

void sl_kube_config_release(struct sl_kube_config *c)
{
	free(c->server);
	free(c->namespace_);
	free(c->ca_pem);
	free(c->client_cert_pem);
	wipe_free(c->client_key_pem);
	wipe_free(c->token);
	free(c->token_file);
	free(c->username);
	wipe_free(c->password);
	free(c->tls_server_name);
	wipe_free(c->proxy_url);
	free(c->impersonate_user);
	sl_strvec_release(&c->impersonate_groups);
	sl_strvec_release(&c->exec_argv);
	wipe_strvec(&c->exec_env);
	free(c->exec_api_version);
	*c = (struct sl_kube_config)SL_KUBE_CONFIG_INIT;
}

static void copy_strvec(const struct sl_strvec *from, struct sl_strvec *to)
{
	for (size_t i = 0; i < from->n; i++)
		sl_strvec_push(to, from->v[i]);
}

void sl_kube_config_copy(const struct sl_kube_config *from, struct sl_kube_config *ret_to)
{
	*ret_to = (struct sl_kube_config){
		.server = sl_xstrdup(from->server),
		.namespace_ = sl_xstrdup(from->namespace_),
		.ca_pem = sl_xstrdup(from->ca_pem),
		.client_cert_pem = sl_xstrdup(from->client_cert_pem),
		.client_key_pem = sl_xstrdup(from->client_key_pem),
		.token = sl_xstrdup(from->token),
		.token_file = sl_xstrdup(from->token_file),
		.username = sl_xstrdup(from->username),
		.password = sl_xstrdup(from->password),
		.tls_server_name = sl_xstrdup(from->tls_server_name),
		.proxy_url = sl_xstrdup(from->proxy_url),
		.impersonate_user = sl_xstrdup(from->impersonate_user),
		.exec_api_version = sl_xstrdup(from->exec_api_version),
		.insecure_skip_tls_verify = from->insecure_skip_tls_verify,
	};
	copy_strvec(&from->impersonate_groups, &ret_to->impersonate_groups);
	copy_strvec(&from->exec_argv, &ret_to->exec_argv);
	copy_strvec(&from->exec_env, &ret_to->exec_env);
}
