#include "cli/remote/session.h"

#include <stdlib.h>

#include "cli/remote/text.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/kube/config_exec.h"

void sl_cli_session_release(struct sl_cli_session *s)
{
	sl_kube_client_free(s->client);
	sl_kube_config_release(&s->config);
	free(s->namespace_);
	sl_arena_release(&s->a);
	*s = (struct sl_cli_session)SL_CLI_SESSION_INIT;
}

const char *sl_cli_choose_namespace(const struct sl_cli_namespaces *n)
{
	if (n->given)
		return n->given;
	if (n->follow_context && n->context && n->context[0])
		return n->context;
	if (n->environment && sl_cli_is_dns_label(sl_str(n->environment)))
		return n->environment;
	return n->otherwise;
}

static int choose_namespace(struct sl_cli_session *s, struct sl_err *err)
{
	const struct sl_cli_args *args = s->args;
	const char *follow = getenv("FLUX_NS_FOLLOWS_KUBE_CONTEXT");
	struct sl_cli_namespaces n = {
		.given = sl_cli_is_given(args, "namespace") ? sl_cli_string(args, "namespace")
							    : NULL,
		.context = s->config.namespace_,
		.environment = getenv("FLUX_SYSTEM_NAMESPACE"),
		.otherwise = sl_cli_string(args, "namespace"),
		.follow_context =
			sl_cli_bool(args, "ns-follows-kube-context") || (follow && follow[0]),
	};

	s->namespace_ = sl_xstrdup(sl_cli_choose_namespace(&n));
	if (n.environment && n.environment[0] && s->namespace_ != n.given &&
	    !sl_cli_is_dns_label(sl_str(n.environment)))
		sl_cli_say(SL_CLI_WARNING, "ignoring invalid FLUX_SYSTEM_NAMESPACE: \"%s\"",
			   n.environment);
	if (!sl_cli_is_dns_label(sl_str(s->namespace_)))
		return sl_err_set(err, SL_ERR_INVALID,
				  "namespace must be a valid DNS label: \"%s\"", s->namespace_);
	return 0;
}

/* The flag's value over `*field`, when it was given. */
static void override(const struct sl_cli_args *args, const char *flag, char **field)
{
	if (!sl_cli_is_given(args, flag))
		return;
	free(*field);
	*field = sl_xstrdup(sl_cli_string(args, flag));
}

/* The content of the file that the flag names over `*field`. */
static int override_file(const struct sl_cli_args *args, const char *flag, char **field,
			 struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(SL_CLI_PEM_MAX);
	int r;

	if (!sl_cli_is_given(args, flag))
		return 0;
	r = sl_file_read_path(sl_cli_string(args, flag), &content, err);
	if (r) {
		sl_err_wrap(err, "--%s", flag);
		return r;
	}
	if (*field)
		sl_wipe(*field, sl_str(*field).n);
	free(*field);
	*field = sl_strbuf_steal(&content);
	return 0;
}

static int override_tls(struct sl_cli_session *s, struct sl_err *err)
{
	struct sl_kube_config *c = &s->config;
	int r = override_file(s->args, "certificate-authority", &c->ca_pem, err);

	if (!r)
		r = override_file(s->args, "client-certificate", &c->client_cert_pem, err);
	if (!r)
		r = override_file(s->args, "client-key", &c->client_key_pem, err);
	if (r)
		return r;
	override(s->args, "tls-server-name", &c->tls_server_name);
	if (sl_cli_bool(s->args, "insecure-skip-tls-verify"))
		c->insecure_skip_tls_verify = true;
	return 0;
}

static void override_identity(struct sl_cli_session *s)
{
	struct sl_kube_config *c = &s->config;

	if (sl_cli_is_given(s->args, "token")) {
		free(c->token_file);
		c->token_file = NULL;
		sl_strvec_release(&c->exec_argv);
	}
	override(s->args, "token", &c->token);
	override(s->args, "as", &c->impersonate_user);
	if (sl_cli_is_given(s->args, "as-group"))
		sl_strvec_release(&c->impersonate_groups);
	sl_cli_strings(s->args, "as-group", &c->impersonate_groups);
}

static void override_server(struct sl_cli_session *s)
{
	struct sl_kube_config *c = &s->config;
	size_t n;

	override(s->args, "server", &c->server);
	n = sl_str(c->server).n;
	if (n && c->server[n - 1] == '/')
		c->server[n - 1] = 0;
}

static int load_config(struct sl_cli_session *s, struct sl_err *err)
{
	const struct sl_cli_args *args = s->args;
	struct sl_kube_config_options options = {
		.path = sl_cli_string(args, "kubeconfig"),
		.context = sl_cli_string(args, "context"),
		.cluster = sl_cli_string(args, "cluster"),
		.user = sl_cli_string(args, "user"),
		.allow_exec = true,
	};
	int r = sl_kube_config_load(&options, &s->config, err);

	/* Everything may be given by flags. */
	if (r == SL_ERR_NOT_FOUND && sl_cli_is_given(args, "server") && !options.path) {
		sl_err_release(err);
		r = 0;
	}
	if (r)
		return r;
	override_server(s);
	override_identity(s);
	return override_tls(s, err);
}

int sl_cli_session_open(const struct sl_cli_args *args, struct sl_cli_session *ret_session,
			struct sl_err *err)
{
	struct sl_cli_session *s = ret_session;
	struct sl_kube_client_options options = {
		.user_agent = "sluice/" SL_VERSION,
		.qps = sl_cli_number(args, "kube-api-qps"),
		.burst = (int)sl_cli_number(args, "kube-api-burst"),
		.fail_fast = true,
		.renew_credentials = sl_kube_config_exec,
	};
	int r;

	s->args = args;
	s->timeout_ms = sl_cli_duration_ms(args, "timeout");
	s->deadline_ms = sl_mono_ms() + s->timeout_ms;
	r = load_config(s, err);
	if (!r)
		r = choose_namespace(s, err);
	if (!r)
		r = sl_kube_config_exec(&s->config, err);
	return r ? r : sl_kube_client_new(&s->config, &options, &s->client, err);
}

/* Requests */

struct sl_kube_verb_options sl_cli_verb_options(const struct sl_cli_session *s)
{
	int64_t left_ms = s->deadline_ms - sl_mono_ms();

	return (struct sl_kube_verb_options){ .timeout_ms = left_ms > 1 ? left_ms : 1 };
}

/* Only a kind that is not served makes a LIST fail with 404. */
static int kind_is_missing(const struct sl_kube_kind *kind, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_NOT_FOUND,
			  "no matches for kind \"%s\" in version \"%s%s%s\": is its "
			  "CustomResourceDefinition installed?",
			  kind->kind, kind->group, kind->group[0] ? "/" : "", kind->version);
}

int sl_cli_list(struct sl_cli_session *s, const struct sl_kube_kind *kind,
		const struct sl_cli_filter *filter, struct sl_value **ret_items, struct sl_err *err)
{
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct sl_kube_verb_options o = sl_cli_verb_options(s);
	const char *field = filter->name ? sl_arena_printf(&s->a, "metadata.name=%s", filter->name)
					 : filter->field_selector;
	int r = sl_kube_list(s->client, kind, filter->namespace_, filter->label_selector, field, &o,
			     &s->a, ret_items, &own);

	if (r == SL_ERR_NOT_FOUND)
		return kind_is_missing(kind, err);
	if (r)
		return sl_err_move(err, &own);
	for (size_t i = 0; i < sl_list_len(*ret_items); i++)
		sl_map_remove(sl_get(sl_list_get(*ret_items, i), "metadata"),
			      SL_STR("managedFields"));
	return 0;
}

int sl_cli_find(struct sl_cli_session *s, const struct sl_kube_kind *kind, const char *namespace_,
		const char *name, struct sl_value **ret_object, struct sl_err *err)
{
	struct sl_cli_filter filter = { .namespace_ = namespace_, .name = name };
	struct sl_value *items;
	int r = sl_cli_list(s, kind, &filter, &items, err);

	if (r)
		return r;
	if (!sl_list_len(items))
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "%s object '%s' not found in \"%s\" namespace", kind->kind, name,
				  namespace_);
	*ret_object = sl_list_get(items, 0);
	return 0;
}

int sl_cli_patch(struct sl_cli_session *s, const struct sl_kube_ref *ref,
		 const struct sl_value *patch, struct sl_value **ret_object, struct sl_err *err)
{
	struct sl_kube_verb_options o = sl_cli_verb_options(s);
	struct sl_kube_patch_options p = { .type = SL_KUBE_MERGE_PATCH,
					   .field_manager = SL_CLI_FIELD_MANAGER };

	return sl_kube_patch(s->client, ref, patch, &p, &o, &s->a, ret_object, err);
}
