/*
 * What all controllers share on the command line, with Flux's names, defaults and meanings.
 *
 * Source: spec of Flux's controllers (source.md section 9, kustomize.md section 13). Flags that Flux
 * has and that mean nothing here are accepted: a deployment that was written for Flux must start.
 * --kube-api-qps and --kube-api-burst are among them: with an API server that has flow control, which
 * all have, Flux ignores them too.
 *
 * Ownership: a struct sl_settings owns its strings. Thread rule: immutable after parsing.
 */
#ifndef LIBCOMMON_KUBE_SETTINGS_H
#define LIBCOMMON_KUBE_SETTINGS_H

#include "libcommon/base/log.h"
#include "libcommon/kube/flags.h"

struct sl_settings {
	char *metrics_addr;		    /* ":8080"; "0" or empty switches it off */
	char *health_addr;		    /* ":9440"; likewise */
	char *events_addr;		    /* URL of the receiver, or empty */
	int64_t concurrent;		    /* workers of a controller */
	int64_t requeue_dependency_ms;	    /* 30 s */
	int64_t min_retry_delay_ms;	    /* 750 ms */
	int64_t max_retry_delay_ms;	    /* 15 min */
	int64_t interval_jitter_percent;    /* 5; 0 to 99 */
	bool watch_all_namespaces;	    /* true; false: runtime_namespace only */
	char *watch_label_selector;	    /* sharding; empty: none */
	char *watch_configs_label_selector; /* "reconcile.fluxcd.io/watch=Enabled" */
	bool leader_election;		    /* false */
	int64_t lease_duration_ms;	    /* 35 s */
	int64_t renew_deadline_ms;	    /* 30 s */
	int64_t retry_period_ms;	    /* 5 s */
	bool release_on_cancel;		    /* true */
	char *log_encoding;		    /* "json" or "console" */
	char *log_level; /* "trace", "debug", "info", "error"; others mean info, as in Flux */
	char *default_service_account; /* empty */
	bool no_cross_namespace_refs;  /* false; where the controller has the flag */
	char *kubeconfig;	       /* empty: $KUBECONFIG, in-cluster, ~/.kube/config */
	int64_t graceful_shutdown_ms;  /* 8 s: running reconciles may end within this */
	char *runtime_namespace; /* $RUNTIME_NAMESPACE, or the service account's, or flux-system */
};

/* Fill in the defaults. */
void sl_settings_init(struct sl_settings *s, int concurrent);
void sl_settings_release(struct sl_settings *s);

/* The table of common flags, bound to `s`. `ret_flags` holds SL_SETTINGS_FLAGS_MAX. */
#define SL_SETTINGS_FLAGS_MAX 40
size_t sl_settings_flags(struct sl_settings *s, struct sl_gates *gates, struct sl_flag *ret_flags);
/* After parsing: what one flag cannot check by itself, and RUNTIME_NAMESPACE. */
int sl_settings_check(struct sl_settings *s, struct sl_err *err) SL_MUST_CHECK;

enum sl_log_level sl_settings_log_level(const struct sl_settings *s);
enum sl_log_encoding sl_settings_log_encoding(const struct sl_settings *s);
/* The namespace that watches are limited to, or NULL for all. */
const char *sl_settings_watch_namespace(const struct sl_settings *s);
/* The label selector of own objects, or NULL. */
const char *sl_settings_watch_selector(const struct sl_settings *s);
/*
 * When to look again at something that is looked at every `interval_ms`: after that, give or take the
 * jitter that was asked for. Within the jitter, times fall on a grid, so that objects share wake-ups.
 */
int64_t sl_settings_due(const struct sl_settings *s, int64_t now_ms, int64_t interval_ms);
/*
 * "source-controller-leader-election", and for a shard "-" and 8 hex digits of the SHA-256 of its
 * label selector. The caller frees it.
 */
char *sl_settings_lease_name(const struct sl_settings *s, const char *controller);

#endif
