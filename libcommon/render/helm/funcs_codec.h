/*
 * Helm's own template functions that read and write documents: toYaml, toYamlPretty, fromYaml,
 * fromYamlArray, toJson, fromJson, fromJsonArray, toToml, fromToml. They take the place of sprig's of the
 * same name.
 *
 * They do not fail on bad input: what cannot be written gives an empty text (toToml: the error's), and what
 * cannot be read gives a map with the message under "Error", or a list of it. Only a limit ends them
 * with an error.
 *
 * Thread rule: constant data; a call belongs to one rendering.
 * Source: Helm v3.22 on sigs.k8s.io/yaml v1.6, go-yaml v2.4 and v3.0, encoding/json, BurntSushi/toml v1.6.
 */
#ifndef LIBCOMMON_RENDER_HELM_FUNCS_CODEC_H
#define LIBCOMMON_RENDER_HELM_FUNCS_CODEC_H

#include "libcommon/lang/sprig/sprig.h"

/* Sorted by name, to be looked through before sprig's. */
extern const struct sl_sprig_table sl_helm_codec_funcs;

/*
 * Append `v` as Helm's toYaml prints it, with the newline at the end. SL_ERR_INVALID when Go could not
 * write it or would not read its own JSON back as YAML; SL_ERR_TOO_LARGE.
 */
int sl_helm_to_yaml(struct sl_arena *a, struct sl_goval v, struct sl_strbuf *out,
		    struct sl_err *err) SL_MUST_CHECK;

/* The document of fromToml as Go has it, and the text of toToml; errors with BurntSushi's words. */
int sl_helm_from_toml(struct sl_arena *a, struct sl_str text, struct sl_goval *ret,
		      struct sl_err *err) SL_MUST_CHECK;
int sl_helm_to_toml(struct sl_arena *a, struct sl_goval v, struct sl_strbuf *out,
		    struct sl_err *err) SL_MUST_CHECK;

#endif
