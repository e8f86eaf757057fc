/*
 * One Kustomization's runs for tests of kustomize-controller's steps: what the manager, the queue and
 * the earlier steps would have made, against a kubeworld.
 *
 *   struct kc_run *r = kcworld_run(w);          as when the key comes from the queue
 *   kcworld_built(w, "[{…}]");                  what the build step leaves behind
 *   assert_int_equal(kc_step_apply(r), KC_NEXT);
 *
 * The Kustomization is flux-system/apps, of which the server is the only store.
 * Thread rule: the test's thread.
 */
#ifndef TEST_UNIT_SUPPORT_KCWORLD_H
#define TEST_UNIT_SUPPORT_KCWORLD_H

#include "kustomize-controller/run.h"
#include "test/unit/support/kubeworld.h"

#define KCWORLD_PATH "kustomizations/flux-system/apps"

struct kcworld {
	struct kubeworld *server;
	struct kc_context context;
	struct sl_arena arena; /* of the run */
	struct sl_run run;
	struct kc_run r;
};

/* For cmocka_unit_test_setup_teardown: *state becomes a struct kcworld. */
int kcworld_start(void **state);
int kcworld_stop(void **state);

/* Store the Kustomization with this spec and status (JSON maps); its generation is 1. */
void kcworld_put(struct kcworld *w, const char *spec, const char *status);
/* Begin a run; the one before ends. */
struct kc_run *kcworld_run(struct kcworld *w);
/* These objects (a JSON list) were built: their digest is that of the text. */
void kcworld_built(struct kcworld *w, const char *objects);
/* "Ready=Unknown/Progressing Reconciling=True/Progressing" of the stored object; in the run's arena. */
const char *kcworld_conditions(struct kcworld *w);
/* Milliseconds until the run is to be repeated. */
int64_t kcworld_delay(const struct kcworld *w);
/* The message of one. */
const char *kcworld_message(struct kcworld *w, const char *type);
/* Names of the stored inventory, in its order: "a b". */
const char *kcworld_inventory(struct kcworld *w);
/* What the server was asked, since the last time. */
const char *kcworld_log(struct kcworld *w);

#endif
