#include <string.h>

#include "libcommon/lang/regex/regex.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

/* One entry of `images`. */
struct image {
	const struct sl_regex *pattern; /* of the whole image, NULL when the name is no pattern */
	struct sl_str new_name, new_tag, tag_suffix, digest;
};

struct parts {
	struct sl_str name, tag, digest;
};

/* A colon before the first slash belongs to the registry's port. */
static struct parts split(struct sl_str image)
{
	ptrdiff_t slash = sl_str_chr(image, '/');
	size_t from = slash > 0 ? (size_t)slash : 0;
	struct sl_str rest = sl_str_sub(image, from, image.n);
	ptrdiff_t at = sl_str_chr(rest, '@'), colon = sl_str_chr(rest, ':');
	struct parts p = { .name = image };

	if (at >= 0 && colon > at)
		colon = -1;
	if (at >= 0) {
		p.digest = sl_str_sub(rest, (size_t)at + 1, rest.n);
		p.name = sl_str_sub(image, 0, from + (size_t)at);
	}
	if (colon >= 0) {
		p.tag = sl_str_sub(rest, (size_t)colon + 1, at < 0 ? rest.n : (size_t)at);
		p.name = sl_str_sub(image, 0, from + (size_t)colon);
	}
	return p;
}

static void change(const struct image *image, struct parts *p)
{
	if (image->new_name.n > 0)
		p->name = image->new_name;
	if (image->new_tag.n > 0 || image->digest.n > 0) {
		p->tag = image->new_tag;
		p->digest = image->digest;
	} else if (image->tag_suffix.n > 0) {
		p->digest = SL_STR_NULL;
	}
}

static int set_image(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct image *image = arg;

	if (sl_is_map(*slot) || sl_is_list(*slot)) {
		return sl_value_err_set(err, *slot, "image", SL_ERR_INVALID,
					"an image must be a string, got a %s",
					sl_value_kind_name(*slot));
	}
	struct sl_str old = sl_kz_field_text(kz, *slot);

	if (!image->pattern || !sl_regex_match(image->pattern, old))
		return 0;
	struct parts p = split(old);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	change(image, &p);
	sl_strbuf_adds(&b, p.name);
	/* A suffix makes a tag even where there was none. */
	if (p.tag.n > 0 || (image->tag_suffix.n > 0 && image->new_tag.n + image->digest.n == 0)) {
		sl_strbuf_addc(&b, ':');
		sl_strbuf_adds(&b, p.tag);
		if (image->new_tag.n + image->digest.n == 0)
			sl_strbuf_adds(&b, image->tag_suffix);
	}
	if (p.digest.n > 0) {
		sl_strbuf_addc(&b, '@');
		sl_strbuf_adds(&b, p.digest);
	}
	sl_kz_set_scalar(kz, slot, sl_strbuf_str(&b));
	return 0;
}

static int set_in_containers(struct sl_kz *kz, struct sl_value *list, struct image *image,
			     struct sl_err *err)
{
	for (size_t i = 0; i < sl_list_len(list); i++) {
		struct sl_value *container = sl_list_get(list, i);

		if (!sl_is_map(container) && !sl_is_null(container)) {
			return sl_value_err_set(err, container, "containers", SL_ERR_INVALID,
						"a container must be a map, got a %s",
						sl_value_kind_name(container));
		}
		struct sl_member *m = sl_map_member(container, SL_STR("image"));
		int r = m ? set_image(kz, &m->value, image, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* Lists called containers or initContainers hold images, wherever they are. */
static int set_anywhere(struct sl_kz *kz, struct sl_value *v, struct image *image,
			struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < sl_list_len(v) && r == 0; i++)
		r = set_anywhere(kz, sl_list_get(v, i), image, err);
	for (size_t i = 0; i < sl_map_len(v) && r == 0; i++) {
		struct sl_member *m = &v->map.members[i];

		r = set_anywhere(kz, m->value, image, err);
		if (r == 0 &&
		    (sl_str_eqz(m->key, "containers") || sl_str_eqz(m->key, "initContainers")))
			r = set_in_containers(kz, m->value, image, err);
	}
	return r;
}

/*
 * The name is a regular expression to kustomize, most often without its users knowing, so that the
 * dots of a registry match anything. One that does not compile matches nothing.
 */
static const struct sl_regex *image_pattern(struct sl_kz *kz, struct sl_str name)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(2 * SL_REGEX_PATTERN_MAX);
	const struct sl_regex *p;

	sl_strbuf_addc(&b, '^');
	sl_strbuf_adds(&b, name);
	sl_strbuf_addz(&b, "(:[a-zA-Z0-9_.{}-]*)?"
			   "(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$");
	return b.failed || sl_regex_compile(kz->a, sl_strbuf_str(&b), &p, NULL) < 0 ? NULL : p;
}

int sl_kz_set_image(struct sl_kz_stage *s, const struct sl_value *v, struct sl_kz_fieldspecs specs,
		    struct sl_err *err)
{
	struct image image = { .pattern = image_pattern(s->kz, sl_get_str(v, "name")),
			       .new_name = sl_get_str(v, "newName"),
			       .new_tag = sl_get_str(v, "newTag"),
			       .tag_suffix = sl_get_str(v, "tagSuffix"),
			       .digest = sl_get_str(v, "digest") };

	for (size_t i = 0; i < s->m->n; i++) {
		struct sl_value *obj = s->m->v[i]->obj;

		if (sl_str_eqz(sl_kz_text(s->kz->a, sl_get(obj, "kind")),
			       "CustomResourceDefinition"))
			continue;
		int r = set_anywhere(s->kz, obj, &image, err);

		if (r == 0)
			r = sl_kz_fieldspecs_apply(s->kz, obj, specs.v, specs.n, SL_KZ_MAKE_NOTHING,
						   set_image, &image, err);
		if (r < 0)
			return r;
	}
	sl_kz_stage_done(s);
	return 0;
}

int sl_kz_transform_images(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *images = sl_get(s->kust->value, "images");

	for (size_t i = 0; i < sl_list_len(images); i++) {
		int r = sl_kz_set_image(s, sl_list_get(images, i),
					sl_kz_stage_specs(s, SL_KZ_SPECS_IMAGES), err);

		if (r < 0)
			return r;
	}
	return 0;
}
