#include "cli/remote/clusterinfo.h"
#include "cli/remote/programs.h"
#include "cli/remote/text.h"
#include "cli/version.h"

static void add_images(struct sl_arena *a, const struct sl_value *deployment,
		       struct sl_value *versions)
{
	const struct sl_value *containers =
		sl_get(deployment, "spec", "template", "spec", "containers");

	for (size_t i = 0; i < sl_list_len(containers); i++) {
		struct sl_str name, version;

		sl_cli_image(sl_get_str(sl_list_get(containers, i), "image"), &name, &version);
		sl_map_set(a, versions, name, sl_value_str(a, version));
	}
}

int sl_cli_remote_version(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	struct sl_cli_installation in = { .distribution = NULL };
	struct sl_value *deployments, *versions, *images;
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (r)
		return r;
	versions = sl_cli_client_version(&s.a);
	r = sl_cli_installation_find(&s, &in, err);
	/* Without source-controller there may still be others. */
	if (r == SL_ERR_NOT_FOUND)
		r = 0;
	if (!r)
		r = sl_cli_controllers(&s, &deployments, err);
	if (r)
		return r;
	if (!sl_list_len(deployments))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no deployments found in %s namespace",
				  s.namespace_);
	if (in.distribution)
		sl_map_set_strz(&s.a, versions, "distribution", in.distribution);
	images = sl_value_map(&s.a);
	for (size_t i = 0; i < sl_list_len(deployments); i++)
		add_images(&s.a, sl_list_get(deployments, i), images);
	sl_value_sort(images);
	sl_map_add_all(&s.a, versions, images);
	return sl_cli_print_versions(args, versions, err);
}
