/* URLs of repositories in kustomizations: what parses stays within its caps and its repository. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/render/kustomize/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_repo repo, again;

	(void)sl_kustomize_is_web(text);
	if (sl_kustomize_repo_parse(&a, text, &repo, &err) < 0) {
		if (err.code != SL_ERR_INVALID || !err.message)
			abort();
		return 0;
	}
	if (repo.clone.n == 0 || repo.timeout_ms <= 0 || sl_str_starts(repo.path, SL_STR("../")))
		abort();
	/* What git is given is itself the URL of a repository, but for what ends it early. */
	if (sl_kustomize_repo_parse(&a, repo.clone, &again, NULL) == 0 &&
	    again.clone.n > repo.clone.n + sizeof("https://"))
		abort();
	return 0;
}
