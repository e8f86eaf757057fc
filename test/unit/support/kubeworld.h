/*
 * A small API server for tests of what reads and writes objects: it stores what it is given, knows
 * server-side apply (as a merge), dry runs, merge patches with resourceVersion, deletion with a uid,
 * and writes down what it was asked. Kinds have no watch, so that nothing happens by itself.
 *
 *   request   "apply configmaps/ns/a"   verb, plural, namespace (if any), name
 *   verbs     dry-run, apply, patch, status, get, list, delete; " as USER" follows when impersonated
 *
 * Thread rule: thread-safe, but for the setting up. Objects are given as JSON in which ' stands for ".
 */
#ifndef TEST_UNIT_SUPPORT_KUBEWORLD_H
#define TEST_UNIT_SUPPORT_KUBEWORLD_H

#include "libcommon/codec/value.h"

struct kubeworld;

struct kubeworld *kubeworld_start(void);
void kubeworld_stop(struct kubeworld *w);
const char *kubeworld_url(const struct kubeworld *w);

/* Store an object as it is, in place of one of its name; uid and resourceVersion are added. */
void kubeworld_put(struct kubeworld *w, const char *json);
/* A copy of "configmaps/ns/a", or NULL when there is none. */
struct sl_value *kubeworld_get(struct kubeworld *w, struct sl_arena *a, const char *path);
/* Answer the next `count` requests that begin with this with `status` and a Status of the message. */
void kubeworld_refuse(struct kubeworld *w, const char *request, int count, int status,
		      const char *message);
/* The requests so far, one a line, and forget them. Discovery is left out. In the arena. */
const char *kubeworld_log(struct kubeworld *w, struct sl_arena *a);

#endif
