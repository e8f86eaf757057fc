#include "libcommon/kube/token.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/object.h"

static const struct sl_kube_kind account_kind = { .group = "",
						  .version = "v1",
						  .kind = "ServiceAccount",
						  .plural = "serviceaccounts",
						  .namespaced = true };

void sl_token_release(struct sl_token *t)
{
	if (t->text)
		sl_wipe(t->text, strlen(t->text));
	free(t->text);
	*t = (struct sl_token)SL_TOKEN_INIT;
}

static void write_body(const struct sl_token_request *q, struct sl_strbuf *out)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *body = sl_value_map(&a), *spec;

	sl_map_set_strz(&a, body, "apiVersion", "authentication.k8s.io/v1");
	sl_map_set_strz(&a, body, "kind", "TokenRequest");
	spec = sl_map_need_map(&a, body, "spec");
	/* Required by the API, also when empty. */
	sl_map_need_list(&a, spec, "audiences");
	for (size_t i = 0; q->audiences && q->audiences[i]; i++)
		sl_list_push_strz(&a, sl_get(spec, "audiences"), q->audiences[i]);
	if (q->seconds)
		sl_map_set_int(&a, spec, "expirationSeconds", q->seconds);
	sl_json_write(body, SL_JSON_COMPACT, out);
}

static int take_answer(struct sl_str text, struct sl_token *ret_token, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_json_limits limits = { .bytes = SL_TOKEN_BYTES_MAX };
	struct sl_value *answer;
	struct sl_str token;
	int64_t expires_ms = 0;
	int r = sl_json_parse(&a, text, &limits, &answer, err);

	if (r < 0) {
		sl_err_wrap(err, "the API server's answer");
		return r;
	}
	token = sl_get_str(answer, "status", "token");
	if (!token.n || sl_str_chr(token, '\0') >= 0 ||
	    !sl_rfc3339_parse(sl_get_str(answer, "status", "expirationTimestamp"), &expires_ms))
		return sl_err_set(err, SL_ERR_INVALID, "the API server's answer holds no token");
	ret_token->text = sl_xmemdup0(token.p, token.n);
	ret_token->expires_ms = expires_ms;
	/* The tree's copy lies in the arena, which is ours: nobody reads it any more. */
	sl_wipe((char *)(uintptr_t)token.p, token.n);
	return 0;
}

int sl_token_get(struct sl_kube_client *c, const struct sl_token_request *request,
		 struct sl_token *ret_token, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT(SL_TOKEN_BYTES_MAX);
	SL_AUTO(sl_kube_response) response = SL_KUBE_RESPONSE_INIT;
	struct sl_kube_request req = { .method = "POST",
				       .content_type = "application/json",
				       .max_bytes = SL_TOKEN_BYTES_MAX,
				       .retry_safe = true, /* a second token does no harm */
				       .fair_key = request->namespace_ };
	int r;

	write_body(request, &body);
	req.path = sl_kube_path(&a, &account_kind, request->namespace_, request->service_account,
				"token", NULL);
	req.body = sl_strbuf_str(&body);
	r = sl_kube_call_wait(sl_kube_call_start(c, &req), &response, err);
	if (r < 0)
		return r;
	return take_answer(sl_strbuf_str(&response.body), ret_token, err);
}
