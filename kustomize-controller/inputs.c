#include "kustomize-controller/run.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/json.h"
#include "libcommon/gitops/variables.h"

#define VARIABLES_JSON_MAX ((size_t)256 << 20) /* all of them, each byte escaped */

const struct sl_kube_kind kc_config_kinds[KC_CONFIG_KINDS] = {
	{ "", "v1", "ConfigMap", "configmaps", true, ~0u },
	{ "", "v1", "Secret", "secrets", true, ~0u },
};

static int digest_of(struct kc_run *r, const struct sl_value *vars, const char **ret_digest,
		     struct sl_err *err)
{
	SL_AUTO(sl_strbuf) json = SL_STRBUF_INIT(VARIABLES_JSON_MAX);
	char text[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;
	int result;

	sl_json_write(vars, SL_JSON_SORT, &json);
	result = sl_strbuf_check(&json, "the variables", err);
	if (result == 0)
		result = sl_digest_of(SL_DIGEST_SHA256, sl_strbuf_str(&json), &d, err);
	sl_wipe(json.p, json.n);
	if (result < 0)
		return result;
	sl_digest_format(&d, text);
	*ret_digest = sl_arena_strdup(r->a, text);
	return 0;
}

int kc_load_variables(struct kc_run *r, struct sl_err *err)
{
	const struct sl_value *post_build = sl_get(r->spec.tree, "postBuild");
	struct sl_value *vars = NULL;
	int result;

	if (!post_build || r->variables)
		return 0;
	result = sl_variables_load(r->a, sl_manager_client(r->c->manager), r->run->key.namespace_,
				   post_build, &vars, err);
	if (result == 0)
		result = digest_of(r, vars, &r->variables_digest, err);
	if (result == 0)
		r->variables = vars;
	return result;
}

bool kc_variables_changed(struct kc_run *r)
{
	if (!sl_list_len(sl_get(r->spec.tree, "postBuild", "substituteFrom")))
		return false;
	/* What is wrong is for the build to say. */
	return kc_load_variables(r, NULL) < 0 || !sl_streq(r->variables_digest, r->st->variables);
}

static struct sl_store *store_of(const struct kc_context *c, struct sl_str kind)
{
	for (size_t i = 0; i < KC_CONFIG_KINDS; i++)
		if (sl_str_eqz(kind, kc_config_kinds[i].kind))
			return c->configs[i];
	return NULL;
}

/* Which versions of them are in the cache: one that is not labelled is in none. */
static const char *fingerprint(struct kc_run *r)
{
	const struct sl_value *refs = sl_get(r->spec.tree, "postBuild", "substituteFrom");
	const char *text = "";

	for (size_t i = 0; i < sl_list_len(refs) && i < SL_VARIABLES_REFS_MAX; i++) {
		const struct sl_value *ref = sl_list_get(refs, i);
		struct sl_store *store = store_of(r->c, sl_get_str(ref, "kind"));
		SL_AUTO_CACHED struct sl_cached *object = NULL;

		if (store)
			object = sl_store_get(store, r->run->key.namespace_,
					      sl_arena_str(r->a, sl_get_str(ref, "name")).p);
		text = sl_arena_printf(r->a, "%s%s ", text,
				       object ? object->resource_version.p : "-");
	}
	return text;
}

bool kc_inputs_changed(struct kc_run *r)
{
	const char *now = fingerprint(r);

	if (r->st->inputs_seen && sl_streq(now, r->st->inputs_seen))
		return false;
	kc_state_set(&r->st->inputs_seen, sl_str(now));
	return true;
}

struct wake {
	struct kc_context *c;
	size_t kind;
	const struct sl_cached *changed;
};

static bool wake_one(void *ctx, struct sl_cached *user)
{
	const struct wake *w = ctx;
	const struct sl_value *refs = sl_get(user->value, "spec", "postBuild", "substituteFrom");

	for (size_t i = 0; i < sl_list_len(refs); i++) {
		const struct sl_value *ref = sl_list_get(refs, i);

		if (sl_str_eqz(sl_get_str(ref, "kind"), kc_config_kinds[w->kind].kind) &&
		    sl_str_eq(sl_get_str(ref, "name"), w->changed->name))
			sl_controller_enqueue(w->c->controller, user->namespace_.p, user->name.p,
					      SL_PRIORITY_HIGH);
	}
	return true;
}

void kc_wake_users(struct kc_context *c, size_t kind, const struct sl_cached *changed)
{
	struct wake w = { c, kind, changed };

	sl_store_each(sl_controller_store(c->controller), changed->namespace_.p, wake_one, &w);
}
