/*
 * Folded text (">") as it comes back after go-yaml v3 wrote and read it. Inner part of the YAML module.
 *
 * kustomize writes every object with go-yaml v3 and reads it again before it prints it. Folded
 * scalars keep their style in between, and the emitter doubles a line break if the text does not
 * begin with a space, whatever follows the break: before a line that is indented further, and at
 * the end of text that keeps its breaks, the reader does not undo that.
 *
 * Thread rule: pure. Source: go-yaml v3, yaml_emitter_write_folded_scalar, yaml_parser_scan_block_scalar.
 */
#ifndef LIBCOMMON_CODEC_YAML_REFOLD_H
#define LIBCOMMON_CODEC_YAML_REFOLD_H

#include "libcommon/base/arena.h"
#include "libcommon/base/str.h"

/* `s` itself where nothing changes, else text in `a`, less than twice as long. */
struct sl_str sl_yaml_refold(struct sl_arena *a, struct sl_str s);

#endif
