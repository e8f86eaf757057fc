/* "name=value\nname=value\n\nYAML": objects of any kind, with these variables in them. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sl_value *read_vars(struct sl_arena *a, struct sl_str text)
{
	struct sl_value *from = sl_value_map(a), *vars = sl_value_map(a);
	struct sl_str line;

	while (sl_str_split(&text, '\n', &line)) {
		ptrdiff_t eq = sl_str_chr(line, '=');

		if (eq >= 0)
			sl_map_set(a, from, sl_str_sub(line, 0, (size_t)eq),
				   sl_value_str(a, sl_str_sub(line, (size_t)eq + 1, line.n)));
	}
	return sl_kustomize_vars_add(a, vars, from, NULL) < 0 ? sl_value_map(a) : vars;
}

/* Objects stay objects, and all of them; what fails leaves the one that failed as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size };
	ptrdiff_t gap = sl_str_find(text, SL_STR("\n\n"));
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *docs = NULL, *vars, **objects;
	size_t n = 0;

	if (gap < 0 || size > 100000)
		return 0;
	vars = read_vars(&a, sl_str_sub(text, 0, (size_t)gap));
	if (sl_yaml_parse_all(&a, sl_str_sub(text, (size_t)gap + 2, text.n), NULL, &docs, &err) < 0)
		return 0;
	objects = sl_arena_array(&a, sl_list_len(docs) + 1, sizeof(*objects));
	for (size_t i = 0; i < sl_list_len(docs); i++)
		if (sl_is_map(sl_list_get(docs, i)))
			objects[n++] = sl_list_get(docs, i);
	if (sl_kustomize_substitute(&a, vars, true, objects, n, &err) < 0 && !err.message)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!sl_is_map(objects[i]))
			abort();
	return 0;
}
