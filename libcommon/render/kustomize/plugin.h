/*
 * Private to kustomize: objects that configure the built-in plugins, named by the fields generators,
 * transformers and validators.
 *
 * An entry of such a field is the text of objects in place, a file of them, or a directory with a
 * kustomization of its own whose objects they are. Each object with `apiVersion: builtin` is one plugin;
 * its other members are the arguments. What is not built in would run a program of the author's choice
 * and is refused. All of a field's plugins are loaded and checked before the first one runs.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_PLUGIN_H
#define LIBCOMMON_RENDER_KUSTOMIZE_PLUGIN_H

#include "libcommon/render/kustomize/kustfields.h"
#include "libcommon/render/kustomize/transform.h"

struct sl_kz_plugin_kind {
	const char *name;
	const struct sl_kz_struct *args; /* unknown fields are dropped, as kustomize does */
	/* What must hold before anything runs; NULL: nothing. */
	int (*check)(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err);
	/* One of these two: change the objects of the stage, or make some. */
	int (*transform)(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err);
	int (*generate)(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_kz_map *ret,
			struct sl_err *err);
};
/* NULL when there is none of this name. */
const struct sl_kz_plugin_kind *sl_kz_plugin_find(struct sl_str name);

/* One plugin, ready to run. */
struct sl_kz_plugin {
	const struct sl_kz_plugin_kind *kind;
	const struct sl_value *config; /* the object as it was written */
	struct sl_value *args;	       /* the object, decoded */
	const char *id;		       /* for messages */
	const struct sl_kz_origin *origin;
};

/* Run the plugins of `generators`: their objects join those of the stage. */
int sl_kz_run_generators(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_run_transformers(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
/* Run the plugins of `validators`. SL_ERR_INVALID when one changes an object. */
int sl_kz_run_validators(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;

/* ConfigMapGenerator, SecretGenerator, IAMPolicyGenerator. */
extern const struct sl_kz_struct sl_kz_iam_args;
/* Of the first two. Adds the name and the namespace of `metadata` to `args`, where those have none. */
int sl_kz_generate_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			 struct sl_err *err) SL_MUST_CHECK;
int sl_kz_generate_config_map(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			      struct sl_kz_map *ret, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_generate_secret(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			  struct sl_kz_map *ret, struct sl_err *err) SL_MUST_CHECK;
int sl_kz_generate_iam(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_kz_map *ret,
		       struct sl_err *err) SL_MUST_CHECK;

/* ValueAddTransformer. The check adds the targets of targetFilePath to those of `args`. */
extern const struct sl_kz_struct sl_kz_value_add_args;
int sl_kz_value_add_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			  struct sl_err *err) SL_MUST_CHECK;
int sl_kz_value_add(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
		    struct sl_err *err) SL_MUST_CHECK;

#endif
