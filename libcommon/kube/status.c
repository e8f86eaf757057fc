#include "libcommon/kube/status.h"

#include "libcommon/base/arena.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/json.h"

#define RETRY_AFTER_SECONDS_MAX 86400

static const struct {
	int http_status;
	enum sl_err_code code;
} codes[] = {
	{ 400, SL_ERR_INVALID },     { 401, SL_ERR_AUTH },	  { 403, SL_ERR_FORBIDDEN },
	{ 404, SL_ERR_NOT_FOUND },   { 405, SL_ERR_UNSUPPORTED }, { 406, SL_ERR_UNSUPPORTED },
	{ 408, SL_ERR_TIMEOUT },     { 409, SL_ERR_CONFLICT },	  { 410, SL_ERR_GONE },
	{ 413, SL_ERR_TOO_LARGE },   { 415, SL_ERR_UNSUPPORTED }, { 429, SL_ERR_THROTTLED },
	{ 501, SL_ERR_UNSUPPORTED }, { 504, SL_ERR_TIMEOUT },
};

static enum sl_err_code code_of(int http_status)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(codes); i++) {
		if (codes[i].http_status == http_status)
			return codes[i].code;
	}
	return http_status >= 500 ? SL_ERR_UNAVAILABLE : SL_ERR_INVALID;
}

static bool has_field_conflict(const struct sl_value *status)
{
	const struct sl_value *causes = sl_get(status, "details", "causes");

	for (size_t i = 0; i < sl_list_len(causes); i++) {
		if (sl_str_eq(sl_get_str(sl_list_get(causes, i), "reason"),
			      SL_STR("FieldManagerConflict")))
			return true;
	}
	return false;
}

/* At most `max` bytes, not cutting a UTF-8 sequence in two. */
static struct sl_str cut(struct sl_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return sl_str_sub(s, 0, max);
}

static int set_from_status(const struct sl_value *status, int http_status, struct sl_err *err)
{
	struct sl_str message = cut(sl_get_str(status, "message"), SL_STATUS_MESSAGE_MAX);
	struct sl_str reason = sl_get_str(status, "reason");
	int64_t retry_s = sl_get_int(status, 0, "details", "retryAfterSeconds");
	enum sl_err_code code = code_of(http_status);

	if (!message.n)
		message = reason.n ? reason : SL_STR("the API server gave no reason");
	sl_err_set(err, code, "%.*s", SL_STR_FMT(message));
	if (!err)
		return code;
	err->http_status = http_status;
	if (retry_s > 0 && retry_s <= RETRY_AFTER_SECONDS_MAX)
		err->retry_after_ms = retry_s * 1000;
	if (has_field_conflict(status))
		reason = SL_STR("FieldManagerConflict");
	if (reason.n)
		err->reason = sl_xmemdup0(reason.p, reason.n);
	return code;
}

int sl_status_err(const struct sl_value *status, struct sl_err *err)
{
	int64_t code = sl_get_int(status, 500, "code");

	return set_from_status(status, code >= 400 && code <= 599 ? (int)code : 500, err);
}

/* Printable ASCII of one line; what else a proxy's error page holds becomes a space. */
static void add_text(struct sl_strbuf *out, struct sl_str body)
{
	body = sl_str_trim(body);
	body = sl_str_sub(body, 0, SL_STATUS_TEXT_MAX);
	for (size_t i = 0; i < body.n; i++)
		sl_strbuf_addc(out, body.p[i] >= ' ' && body.p[i] < 0x7f ? body.p[i] : ' ');
}

int sl_status_err_body(int http_status, struct sl_str body, const char *method, const char *path,
		       struct sl_err *err)
{
	SL_AUTO(sl_arena) arena = SL_ARENA_INIT_LIMIT(SL_STATUS_BODY_MAX * 8);
	const struct sl_json_limits limits = { .depth = 32, .bytes = SL_STATUS_BODY_MAX };
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_STATUS_TEXT_MAX);
	enum sl_err_code code = code_of(http_status);
	struct sl_value *status;

	if (sl_json_parse(&arena, body, &limits, &status, NULL) == 0 &&
	    sl_str_eq(sl_get_str(status, "kind"), SL_STR("Status")))
		return set_from_status(status, http_status, err);
	add_text(&text, body);
	sl_err_set(err, code, "%s %s: HTTP %d%s%s", method, path, http_status, text.n ? ": " : "",
		   text.p);
	if (err)
		err->http_status = http_status;
	return code;
}
