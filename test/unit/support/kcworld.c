#include "test/unit/support/kcworld.h"

#include <stdlib.h>

#include "kustomize-controller/kustomization.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/digest.h"
#include "test/unit/support/expect.h"

#define NAMESPACE "flux-system"
#define NAME "apps"
#define TEXT_MAX ((size_t)1 << 20)
#define INTERVAL_MS 600000

static const char *const owned[] = {
	SL_COND_READY, SL_COND_RECONCILING, SL_COND_STALLED, SL_COND_HEALTHY, NULL,
};

static void on_wake(void *ctx, const struct sl_key *owner, int64_t after_ms)
{
	(void)ctx;
	(void)owner;
	(void)after_ms;
}

/* A manager finds its API server by a kubeconfig. */
static struct sl_manager *new_manager(const char *url)
{
	static const struct sl_manager_options o = { .name = "kustomize-controller",
						     .concurrent = 1 };
	SL_AUTO(sl_tmpdir) dir = SL_TMPDIR_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *text = sl_xasprintf(
		"{\"current-context\": \"x\", \"contexts\": [{\"name\": \"x\", \"context\": "
		"{\"cluster\": \"x\", \"user\": \"x\"}}], \"clusters\": [{\"name\": \"x\", "
		"\"cluster\": {\"server\": \"%s\"}}], \"users\": [{\"name\": \"x\", \"user\": "
		"{}}]}",
		url);
	SL_AUTO_FREE char *flag = NULL;
	char name[] = "test";
	char *argv[] = { name, NULL, NULL };

	expect_ok(sl_tmpdir_create("kcworld", &dir, &err), &err);
	expect_ok(sl_file_publish(dir.fd, "kubeconfig", sl_str(text), 0600, &err), &err);
	flag = sl_xasprintf("--kubeconfig=%s/kubeconfig", dir.path);
	argv[1] = flag;
	return sl_manager_new(&o, 2, argv);
}

int kcworld_start(void **state)
{
	struct kcworld *w = sl_xcalloc(1, sizeof(*w));
	struct kc_context *c = &w->context;
	struct kc_tracker_options t = { .label = SL_GROUP_KUSTOMIZE "/name", .wake = on_wake };

	w->server = kubeworld_start();
	c->manager = new_manager(kubeworld_url(w->server));
	c->concurrent_ssa = 1;
	t.client = sl_manager_client(c->manager);
	t.discovery = sl_manager_discovery(c->manager);
	c->tracker = kc_tracker_new(&t);
	c->states = kc_states_new();
	*state = w;
	return 0;
}

static void end_run(struct kcworld *w)
{
	sl_apply_plan_release(&w->r.plan);
	sl_strvec_release(&w->r.changes);
	sl_strvec_release(&w->r.suspects);
	sl_arena_release(&w->arena);
	w->arena = (struct sl_arena)SL_ARENA_INIT;
}

int kcworld_stop(void **state)
{
	struct kcworld *w = *state;

	end_run(w);
	kc_tracker_free(w->context.tracker);
	kc_states_free(w->context.states);
	sl_manager_free(w->context.manager);
	kubeworld_stop(w->server);
	free(w);
	return 0;
}

void kcworld_put(struct kcworld *w, const char *spec, const char *status)
{
	SL_AUTO_FREE char *text = sl_xasprintf(
		"{'apiVersion':'%s/v1','kind':'Kustomization','metadata':{'namespace':'" NAMESPACE
		"','name':'" NAME "','generation':1},'spec':%s,'status':%s}",
		SL_GROUP_KUSTOMIZE, spec, status);

	kubeworld_put(w->server, text);
}

static void init_run(struct kcworld *w, const struct sl_value *object)
{
	struct sl_patcher_options o = {
		.client = sl_manager_client(w->context.manager),
		.kind = &kc_kustomization_kind,
		.field_manager = sl_manager_field_manager(w->context.manager),
		.owned = owned,
		.arena = &w->arena,
	};
	struct kc_run *r = &w->r;

	w->run = (struct sl_run){ .key = { NAMESPACE, NAME }, .arena = &w->arena };
	*r = (struct kc_run){ .c = &w->context, .run = &w->run, .a = &w->arena };
	r->st = kc_states_need(w->context.states, &w->run.key);
	sl_patcher_init(&r->patcher, &o, object);
	r->revision = "main@sha1:1";
	r->artifact_digest = "sha256:artifact";
	r->result = SL_RESULT_DONE;
	if (!r->st->run_since_ms)
		r->st->run_since_ms = sl_mono_ms();
}

int64_t kcworld_delay(const struct kcworld *w)
{
	return w->r.result.at_ms - sl_mono_ms();
}

struct kc_run *kcworld_run(struct kcworld *w)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct kc_run *r = &w->r;
	struct sl_value *object;

	end_run(w);
	object = kubeworld_get(w->server, &w->arena, KCWORLD_PATH);
	init_run(w, object);
	expect_ok(kc_spec_decode(r->a, r->patcher.object, &r->spec, &err), &err);
	expect_ok(sl_inventory_load(r->a, sl_get(r->patcher.object, "status", "inventory"),
				    &r->old_inventory, &err),
		  &err);
	if (r->spec.service_account)
		r->user = r->spec.service_account;
	r->applier = (struct sl_applier){
		.client = sl_manager_client(w->context.manager),
		.discovery = sl_manager_discovery(w->context.manager),
		.field_manager = sl_manager_name(w->context.manager),
		.group = SL_GROUP_KUSTOMIZE,
		.user = r->user,
		.concurrency = 1,
		.force = r->spec.force,
	};
	return r;
}

void kcworld_built(struct kcworld *w, const char *objects)
{
	char *text = sl_arena_alloc(&w->arena, SL_DIGEST_TEXT_SIZE);
	struct sl_digest digest;

	assert_int_equal(sl_digest_of(SL_DIGEST_SHA256, sl_str(objects), &digest, NULL), 0);
	sl_digest_format(&digest, text);
	w->r.build.objects = tree(&w->arena, objects);
	w->r.build.digest = text;
}

const char *kcworld_conditions(struct kcworld *w)
{
	static const char *const statuses[] = { "False", "True", "Unknown" };
	const struct sl_value *o = kubeworld_get(w->server, &w->arena, KCWORLD_PATH);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX);

	for (const char *const *type = owned; *type; type++) {
		struct sl_condition c;

		if (sl_cond_get(o, *type, &c))
			sl_strbuf_addf(&text, "%s%s=%s/%.*s", text.n ? " " : "", *type,
				       statuses[c.status], SL_STR_FMT(c.reason));
	}
	return sl_arena_strdup(&w->arena, text.p);
}

const char *kcworld_message(struct kcworld *w, const char *type)
{
	const struct sl_value *o = kubeworld_get(w->server, &w->arena, KCWORLD_PATH);

	return sl_arena_str(&w->arena, sl_cond_message(o, type)).p;
}

const char *kcworld_inventory(struct kcworld *w)
{
	const struct sl_value *o = kubeworld_get(w->server, &w->arena, KCWORLD_PATH);
	struct sl_inventory inventory = SL_INVENTORY_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_inventory_load(&w->arena, sl_get(o, "status", "inventory"), &inventory, &err),
		  &err);
	for (size_t i = 0; i < inventory.n; i++)
		sl_strbuf_addf(&text, "%s%.*s", i ? " " : "",
			       SL_STR_FMT(inventory.entries[i].name));
	return sl_arena_strdup(&w->arena, text.p);
}

const char *kcworld_log(struct kcworld *w)
{
	return kubeworld_log(w->server, &w->arena);
}
