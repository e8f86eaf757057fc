#include <unistd.h>

#include "cli/remote/programs.h"
#include "libcommon/net/http.h"
#include "libcommon/render/kustomize/kustomize.h"

/* The file at a URL, on standard output: for `sluice kustomize build`, which has no HTTP client. */
int sl_cli_remote_fetch(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	SL_AUTO_PTR(sl_http_client) *client = NULL;
	int out = STDOUT_FILENO;

	(void)argv;
	if (args->words.n != 1)
		return sl_err_set(err, SL_ERR_INVALID, "one URL is needed");
	int r = sl_http_global_init(err);

	if (r < 0)
		return r;
	client = sl_http_client_new(err);
	if (!client)
		return SL_ERR_INTERNAL;
	const struct sl_http_request request = { .method = "GET",
						 .url = args->words.v[0],
						 .max_body_bytes = SL_KUSTOMIZE_BYTES_MAX,
						 .sink = sl_sink_fd(&out) };

	return sl_http_do(client, &request, &response, err);
}
