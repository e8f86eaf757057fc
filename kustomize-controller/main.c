/* kustomize-controller: applies what sources hold. Wiring only; the work is in kustomization.c. */
#include "kustomize-controller/kustomization.h"
#include "kustomize-controller/run.h"

#define LABEL SL_GROUP_KUSTOMIZE "/name"

static struct kc_context context;
/* Switches of Flux that change nothing here; a bare one must not swallow the next argument. */
static bool without_effect;

static struct sl_gate gates[] = {
	{ "CacheSecretsAndConfigMaps", false },
	{ "DisableStatusPollerCache", true },
	{ "DisableFailFastBehavior", false },
	{ "StrictPostBuildSubstitutions", true },
	{ "GroupChangeLog", false },
	{ "AdditiveCELDependencyCheck", false },
	{ "ExternalArtifact", false },
	{ "CancelHealthCheckOnNewRevision", false },
	{ "DisableConfigWatchers", false },
	{ "DirectSourceFetch", false },
	{ "MigrateAPIVersion", false },
	{ "ObjectLevelWorkloadIdentity", false },
};

static const struct sl_flag flags[] = {
	{ .name = "concurrent-ssa",
	  .type = SL_FLAG_INT,
	  .value = &context.concurrent_ssa,
	  .min = 1,
	  .max = 64,
	  .help = "The number of concurrent server-side apply operations of one Kustomization." },
	{ .name = "http-retry",
	  .type = SL_FLAG_INT,
	  .value = &context.http_retry,
	  .min = 0,
	  .max = 100,
	  .help = "How often a failed download of an artifact is repeated before retryInterval "
		  "counts." },
	{ .name = "override-manager",
	  .type = SL_FLAG_ARRAY,
	  .value = &context.override_managers,
	  .help = "Field manager whose fields are taken over; may be given several times." },
	{ .name = "custom-apply-stage-kinds",
	  .type = SL_FLAG_STRINGS,
	  .value = &context.custom_stage_kinds,
	  .help = "Kinds (group/Kind) to be applied after definitions and classes, before the "
		  "rest." },
	{ .name = "no-remote-bases",
	  .type = SL_FLAG_BOOL,
	  .value = &context.no_remote_bases,
	  .help = "Refuse what a kustomization.yaml names by a URL." },
	SL_FLAG_IGNORE("sops-age-secret"),
	SL_FLAG_IGNORE("sops-vault-configmap"),
	SL_FLAG_IGNORE("default-decryption-service-account"),
	SL_FLAG_IGNORE("default-kubeconfig-service-account"),
	{ .name = "insecure-kubeconfig-exec",
	  .type = SL_FLAG_BOOL,
	  .value = &without_effect,
	  .help = "Accepted for compatibility; spec.kubeConfig is refused in any case." },
	{ .name = "insecure-kubeconfig-tls",
	  .type = SL_FLAG_BOOL,
	  .value = &without_effect,
	  .help = "Accepted for compatibility; spec.kubeConfig is refused in any case." },
};

/* A source of some kind and the change that it went through. */
struct source_change {
	const char *kind;
	const struct sl_cached *now;
};

static bool wake_consumer(void *ctx, struct sl_cached *object)
{
	const struct source_change *change = ctx;
	const struct sl_value *ref = sl_get(object->value, "spec", "sourceRef");

	if (sl_source_ref_names(ref, object->namespace_, sl_str(change->kind),
				change->now->namespace_, change->now->name))
		sl_controller_enqueue(context.controller, object->namespace_.p, object->name.p,
				      SL_PRIORITY_HIGH);
	return true;
}

static void on_source(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	const struct sl_kube_kind *kind = ctx;
	struct source_change change = { kind->kind, now };
	struct sl_str before = SL_STR_NULL, after = SL_STR_NULL;

	if (old)
		before = sl_get_str(old->value, "status", "artifact", "digest");
	if (now)
		after = sl_get_str(now->value, "status", "artifact", "digest");
	if (before.n && !sl_str_eq(before, after))
		kc_artifacts_outdate(context.artifacts, before);
	if (now && sl_source_artifact_changed(old, now))
		sl_store_each(sl_controller_store(context.controller), NULL, wake_consumer,
			      &change);
}

static void on_config(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	const size_t *kind = ctx;

	if (!old || !now || !sl_str_eq(old->resource_version, now->resource_version))
		kc_wake_users(&context, *kind, now ? now : old);
}

static void on_own(void *ctx, const struct sl_cached *old, const struct sl_cached *now)
{
	(void)ctx;
	kc_wake_dependants(&context, old, now);
}

static void wake(void *ctx, const struct sl_key *owner, int64_t after_ms)
{
	(void)ctx;
	sl_controller_enqueue_after(context.controller, owner->namespace_, owner->name,
				    SL_PRIORITY_HIGH, after_ms);
}

static int start_tracker(void *ctx, struct sl_err *err)
{
	struct kc_tracker_options o = {
		.client = sl_manager_client(context.manager),
		.discovery = sl_manager_discovery(context.manager),
		.label = LABEL,
		.wake = wake,
	};

	(void)ctx;
	(void)err;
	context.tracker = kc_tracker_new(&o);
	return 0;
}

/* The watches end before the client does. */
static void stop_tracker(void *ctx)
{
	(void)ctx;
	kc_tracker_free(context.tracker);
	context.tracker = NULL;
}

static void add_sources(void)
{
	/* sl_store_listen() takes a mutable context; the kind behind it is only read. */
	static struct sl_kube_kind kinds[KC_SOURCE_KINDS];
	const struct sl_settings *settings = sl_manager_settings(context.manager);

	for (size_t i = 0; i < KC_SOURCE_KINDS; i++) {
		struct sl_store_options o = {
			.kind = &kc_source_kinds[i],
			.namespace_ = sl_settings_watch_namespace(settings),
			.optional = true,
		};

		kinds[i] = kc_source_kinds[i];
		context.sources[i] = sl_manager_add_store(context.manager, &o);
		sl_store_listen(context.sources[i], on_source, &kinds[i]);
	}
}

/* Metadata is enough: that something has changed is all that is asked of it. */
static void add_configs(void)
{
	static size_t indexes[KC_CONFIG_KINDS];
	const struct sl_settings *settings = sl_manager_settings(context.manager);

	for (size_t i = 0; i < KC_CONFIG_KINDS; i++) {
		struct sl_store_options o = {
			.kind = &kc_config_kinds[i],
			.namespace_ = sl_settings_watch_namespace(settings),
			.label_selector = settings->watch_configs_label_selector,
			.metadata_only = true,
			.optional = true,
		};

		indexes[i] = i;
		context.configs[i] = sl_manager_add_store(context.manager, &o);
		sl_store_listen(context.configs[i], on_config, &indexes[i]);
	}
}

int main(int argc, char **argv)
{
	struct sl_manager_options o = {
		.name = "kustomize-controller",
		.concurrent = 4,
		.flags = flags,
		.flag_count = SL_ARRAY_LEN(flags),
		.gates = { gates, SL_ARRAY_LEN(gates) },
	};
	struct sl_controller_options kustomizations = {
		.kind = &kc_kustomization_kind,
		.reconcile = kc_reconcile,
		.ctx = &context,
	};
	struct sl_manager_hook tracker = {
		.name = "tracker", .at_once = true, .start = start_tracker, .stop = stop_tracker
	};
	int status;

	context.concurrent_ssa = 4;
	context.http_retry = 9;
	context.manager = sl_manager_new(&o, argc, argv);
	context.states = kc_states_new();
	kc_remotes_sweep();
	context.artifacts =
		kc_artifacts_new(KC_ARTIFACTS_KEPT_BYTES, sl_manager_stop_flag(context.manager));
	context.controller = sl_controller_new(context.manager, &kustomizations);
	sl_store_listen(sl_controller_store(context.controller), on_own, NULL);
	add_sources();
	if (!sl_manager_gate(context.manager, "DisableConfigWatchers"))
		add_configs();
	sl_manager_add_hook(context.manager, &tracker);
	status = sl_manager_run(context.manager);
	kc_artifacts_free(context.artifacts);
	kc_states_free(context.states);
	sl_strvec_release(&context.override_managers);
	sl_strvec_release(&context.custom_stage_kinds);
	return status;
}
