/*
 * From HTTP errors and Kubernetes Status objects to struct sl_err.
 *
 * The message is the Status' own, as Flux and kubectl show it, cut at SL_STATUS_MESSAGE_MAX bytes;
 * `reason` is the Status' reason, with one exception: a conflict of server-side apply, which the
 * server calls "Conflict" like a changed resourceVersion, has the reason "FieldManagerConflict",
 * taken from details.causes. `retry_after_ms` comes from details.retryAfterSeconds.
 *
 *   400 422 and other 4xx  INVALID      409  CONFLICT (also AlreadyExists: see reason)
 *   401  AUTH                           410  GONE
 *   403  FORBIDDEN                      413  TOO_LARGE
 *   404  NOT_FOUND                      429  THROTTLED
 *   405 406 415 501  UNSUPPORTED        408 504  TIMEOUT
 *                                       other 5xx  UNAVAILABLE
 *
 * Thread rule: pure functions.
 * Source: apimachinery meta/v1 Status, StatusReason, CauseType.
 */
#ifndef LIBCOMMON_KUBE_STATUS_H
#define LIBCOMMON_KUBE_STATUS_H

#include "libcommon/base/err.h"
#include "libcommon/codec/value.h"

#define SL_STATUS_BODY_MAX ((size_t)1 << 20) /* bytes looked at; beyond, the body is no Status */
#define SL_STATUS_MESSAGE_MAX 16384
#define SL_STATUS_TEXT_MAX 256 /* bytes of a body that is no Status object */

/*
 * An answer with an HTTP status of 400 or more. `method` and `path` are named when the body is no
 * Status object. Returns the code; never 0.
 */
int sl_status_err_body(int http_status, struct sl_str body, const char *method, const char *path,
		       struct sl_err *err) SL_MUST_CHECK;
/* A Status object, for example of a watch's ERROR event; its own code decides. Never 0. */
int sl_status_err(const struct sl_value *status, struct sl_err *err) SL_MUST_CHECK;

#endif
