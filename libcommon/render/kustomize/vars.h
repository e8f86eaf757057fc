/*
 * Private to kustomize: `vars`, names that stand for a field of one object, and $(NAME) in others.
 *
 * Which object a var means is settled where the var is declared, after the transformers of that
 * kustomization; its field is read, and $(NAME) replaced, at the end of the build.
 *
 * "$(NAME)" alone takes the type of the field; within a text it becomes part of the text. "$$" is a
 * dollar; names that no var has, and vars of lists and maps, stay as they are.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_VARS_H
#define LIBCOMMON_RENDER_KUSTOMIZE_VARS_H

#include "libcommon/render/kustomize/config.h"

/* One var that was declared. */
struct sl_kz_var {
	struct sl_kz_var *next; /* by name */
	struct sl_str name, path;
	const struct sl_value *at; /* where it was declared */
};

/* Add the checked list `vars` to `m`. SL_ERR_CONFLICT: a name that is taken; SL_ERR_INVALID: a var
 * that could mean several objects. */
int sl_kz_vars_declare(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_value *vars,
		       struct sl_err *err) SL_MUST_CHECK;
/* Add those of a base. SL_ERR_CONFLICT as above. */
int sl_kz_vars_inherit(struct sl_kz *kz, struct sl_kz_map *m, const struct sl_kz_map *base,
		       struct sl_err *err) SL_MUST_CHECK;
/* Replace all vars in the fields that the configuration of `m` names. SL_ERR_INVALID: a var without
 * object or field, an item of a list that is no text. */
int sl_kz_vars_resolve(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err) SL_MUST_CHECK;

#endif
