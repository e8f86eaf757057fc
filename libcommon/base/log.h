/*
 * Logging: one JSON object a line on standard error, with the keys that Flux users parse.
 *
 *   {"level":"info","ts":"2026-01-02T03:04:05.678Z","msg":"stored artifact","controller":…,"revision":…}
 *
 * The message is constant text; what varies goes into typed pairs. A struct sl_log carries pairs that
 * every line of its user shares (controller, namespace, name, reconcileID). Library code below the
 * reconcile loop logs at debug only; the loop logs a failure once.
 *
 * Thread rule: thread-safe; lines are written whole. Level and encoding are set once at start-up.
 * Limit: SL_LOG_LINE_MAX bytes a line, what is longer loses its last pairs.
 */
#ifndef LIBCOMMON_BASE_LOG_H
#define LIBCOMMON_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_LOG_LINE_MAX 65536

/* Values of --log-level: debug, info, error; trace adds what the client sends. */
enum sl_log_level { SL_LOG_TRACE, SL_LOG_DEBUG, SL_LOG_INFO, SL_LOG_ERROR };
enum sl_log_encoding { SL_LOG_JSON, SL_LOG_CONSOLE };

enum sl_log_kind { SL_LOG_NONE, SL_LOG_STR, SL_LOG_INT, SL_LOG_BOOL, SL_LOG_END };
struct sl_log_pair {
	const char *key;
	enum sl_log_kind kind;
	struct sl_str s;
	int64_t i;
};

#define SL_KS(k, v) ((struct sl_log_pair){ .key = (k), .kind = SL_LOG_STR, .s = sl_str(v) })
#define SL_KSTR(k, v) ((struct sl_log_pair){ .key = (k), .kind = SL_LOG_STR, .s = (v) })
#define SL_KI(k, v) ((struct sl_log_pair){ .key = (k), .kind = SL_LOG_INT, .i = (v) })
#define SL_KB(k, v) ((struct sl_log_pair){ .key = (k), .kind = SL_LOG_BOOL, .i = (v) })
/* Skipped: the pair before the first, so that a line may have none. */
#define SL_KNONE ((struct sl_log_pair){ .kind = SL_LOG_NONE })
#define SL_KEND ((struct sl_log_pair){ .kind = SL_LOG_END })

/* Shared pairs; borrowed, so they outlive the logger. NULL members are left out. */
struct sl_log {
	const char *controller;	      /* "gitrepository" */
	const char *controller_group; /* "source.toolkit.fluxcd.io" */
	const char *controller_kind;  /* "GitRepository" */
	const char *namespace_;
	const char *name;
	const char *reconcile_id;
};

/* Once, before threads start. */
void sl_log_setup(enum sl_log_level level, enum sl_log_encoding encoding);
bool sl_log_enabled(enum sl_log_level level);
/* Redirect lines, for tests; fd is borrowed. */
void sl_log_set_fd(int fd);

/* `l` may be NULL, `err` may be NULL; `pairs` ends with SL_KEND. */
void sl_log_write(const struct sl_log *l, enum sl_log_level level, const char *msg,
		  const struct sl_err *err, const struct sl_log_pair *pairs);

#define sl_log_debug(l, msg, ...) \
	sl_log_write((l), SL_LOG_DEBUG, (msg), NULL, \
		     (struct sl_log_pair[]){ SL_KNONE, ##__VA_ARGS__, SL_KEND })
#define sl_log_info(l, msg, ...) \
	sl_log_write((l), SL_LOG_INFO, (msg), NULL, \
		     (struct sl_log_pair[]){ SL_KNONE, ##__VA_ARGS__, SL_KEND })
#define sl_log_error(l, msg, err, ...) \
	sl_log_write((l), SL_LOG_ERROR, (msg), (err), \
		     (struct sl_log_pair[]){ SL_KNONE, ##__VA_ARGS__, SL_KEND })

#endif
