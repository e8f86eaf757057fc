#include "cli/helmvalues.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/helmfs.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/helm/set.h"

static int read_stream(int fd, const char *name, struct sl_strbuf *out, struct sl_err *err)
{
	char chunk[16384];
	ssize_t n;

	while (!out->failed && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return sl_cli_go_fail(err, errno, "read", name);
		if (n > 0)
			sl_strbuf_add(out, chunk, (size_t)n);
	}
	return sl_strbuf_check(out, name, err);
}

static int read_up_to(size_t max, struct sl_str path, struct sl_arena *a, struct sl_str *ret_bytes,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(max);
	const char *name = sl_arena_str(a, path).p;
	SL_AUTO_FD int file = -1;
	int fd = STDIN_FILENO, r;

	if (sl_str_starts(path, SL_STR("http://")) || sl_str_starts(path, SL_STR("https://")) ||
	    sl_str_starts(path, SL_STR("oci://")))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "values are not downloaded: fetch %s first, and name the file",
				  name);
	if (!sl_str_eqz(sl_str_trim(path), "-")) {
		file = open(name, O_RDONLY | O_CLOEXEC);
		fd = file;
		if (file < 0)
			return sl_cli_go_fail(err, errno, "open", name);
	}
	r = read_stream(fd, name, &content, err);
	if (r == 0)
		*ret_bytes = sl_arena_str(a, sl_strbuf_str(&content));
	return r;
}

static int read_file(void *ctx, struct sl_str path, struct sl_arena *a, struct sl_str *ret_bytes,
		     struct sl_err *err)
{
	(void)ctx;
	return read_up_to(SL_CLI_VALUES_MAX, path, a, ret_bytes, err);
}

static int read_files(struct sl_arena *a, const struct sl_cli_args *args, struct sl_go_map **ret,
		      struct sl_err *err)
{
	SL_AUTO(sl_strvec) files = SL_STRVEC_INIT;

	sl_cli_strings(args, "values", &files);
	for (size_t i = 0; i < files.n; i++) {
		struct sl_go_map *values;
		struct sl_str text = SL_STR_NULL;
		int r = read_up_to(SL_YAML_BYTES_MAX, sl_str(files.v[i]), a, &text, err);

		if (r < 0)
			return r;
		r = sl_helm_values_read(a, text, &values, err);
		if (r < 0) {
			sl_err_wrap(err, "failed to parse %s", files.v[i]);
			return r;
		}
		*ret = sl_helm_values_merge(a, *ret, values);
	}
	return 0;
}

static const struct {
	const char *flag;
	enum sl_helm_set_form form;
} forms[] = {
	{ "set-json", SL_HELM_SET_JSON },	{ "set", SL_HELM_SET_PLAIN },
	{ "set-string", SL_HELM_SET_STRING },	{ "set-file", SL_HELM_SET_FILE },
	{ "set-literal", SL_HELM_SET_LITERAL },
};

static int set_all(struct sl_arena *a, const struct sl_cli_args *args, size_t form,
		   struct sl_go_map *values, struct sl_err *err)
{
	const struct sl_helm_set_files files = { .read = read_file };
	SL_AUTO(sl_strvec) given = SL_STRVEC_INIT;
	int r = 0;

	sl_cli_strings(args, forms[form].flag, &given);
	for (size_t i = 0; i < given.n && r == 0; i++) {
		r = sl_helm_set(a, forms[form].form, sl_str(given.v[i]), &files, values, err);
		if (r == 0)
			continue;
		/* Helm keeps the cause to itself here. */
		if (forms[form].form == SL_HELM_SET_JSON)
			sl_err_set(err, (enum sl_err_code)r, "failed parsing --set-json data %s",
				   given.v[i]);
		else
			sl_err_wrap(err, "failed parsing --%s data", forms[form].flag);
	}
	return r;
}

int sl_cli_helm_values(struct sl_arena *a, const struct sl_cli_args *args, struct sl_go_map **ret,
		       struct sl_err *err)
{
	struct sl_go_map *values = sl_go_map_new(a);
	int r = read_files(a, args, &values, err);

	for (size_t i = 0; i < SL_ARRAY_LEN(forms) && r == 0; i++)
		r = set_all(a, args, i, values, err);
	*ret = values;
	return r;
}
