#include "libcommon/kube/kstatus.h"

#include "test/unit/support/expect.h"

/* 2026-01-01T00:01:00Z */
#define NOW_MS INT64_C(1767225660000)

static const struct {
	const char *name;
	const char *object; /* with ' for " */
	enum sl_kstatus status;
	const char *message; /* part of it, or NULL */
} cases[] = {
	{ "no status at all", "{'apiVersion':'example.com/v1','kind':'Thing','metadata':{}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "deleted",
	  "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'deletionTimestamp':'2026-01-01T00:00:"
	  "00Z'}}",
	  SL_KSTATUS_TERMINATING, NULL },
	{ "old observed generation",
	  "{'kind':'Thing','metadata':{'generation':2},'status':{'observedGeneration':1}}",
	  SL_KSTATUS_IN_PROGRESS, "generation is 2, but latest observed generation is 1" },
	{ "not seen by its controller yet",
	  "{'kind':'Thing','metadata':{'generation':1},'status':{'observedGeneration':-1}}",
	  SL_KSTATUS_IN_PROGRESS, "generation is 1, but latest observed generation is -1" },
	{ "observed generation of a kind without generations",
	  "{'kind':'Thing','metadata':{},'status':{'observedGeneration':1}}", SL_KSTATUS_CURRENT,
	  NULL },
	{ "reconciling",
	  "{'kind':'Thing','status':{'conditions':[{'type':'Reconciling','status':'True','message':"
	  "'busy'}]}}",
	  SL_KSTATUS_IN_PROGRESS, "busy" },
	{ "stalled",
	  "{'kind':'Thing','status':{'conditions':[{'type':'Stalled','status':'True','message':'"
	  "stuck'}]}}",
	  SL_KSTATUS_FAILED, "stuck" },
	{ "ready true",
	  "{'kind':'Thing','status':{'conditions':[{'type':'Ready','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "ready false",
	  "{'kind':'Thing','status':{'conditions':[{'type':'Ready','status':'False','message':'why'"
	  "}]}}",
	  SL_KSTATUS_IN_PROGRESS, "why" },
	{ "ready unknown",
	  "{'kind':'Thing','status':{'conditions':[{'type':'Ready','status':'Unknown'}]}}",
	  SL_KSTATUS_IN_PROGRESS, NULL },

	{ "deployment without status",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':3}}",
	  SL_KSTATUS_IN_PROGRESS, "Replicas: 0/3" },
	{ "deployment default replicas", "{'apiVersion':'apps/v1','kind':'Deployment','spec':{}}",
	  SL_KSTATUS_IN_PROGRESS, "Replicas: 0/1" },
	{ "deployment past its deadline",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{},'status':{'conditions':"
	  "[{'type':'Progressing','status':'False','reason':'ProgressDeadlineExceeded'}]}}",
	  SL_KSTATUS_FAILED, "deadline" },
	{ "deployment not updated",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':2},"
	  "'status':{'replicas':2,'updatedReplicas':1}}",
	  SL_KSTATUS_IN_PROGRESS, "Updated: 1/2" },
	{ "deployment with old pods",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':2},"
	  "'status':{'replicas':3,'updatedReplicas':2}}",
	  SL_KSTATUS_IN_PROGRESS, "Pending termination: 1" },
	{ "deployment not available",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':2},"
	  "'status':{'replicas':2,'updatedReplicas':2,'availableReplicas':1}}",
	  SL_KSTATUS_IN_PROGRESS, "Available: 1/2" },
	{ "deployment not ready",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':2},"
	  "'status':{'replicas':2,'updatedReplicas':2,'availableReplicas':2,'readyReplicas':1}}",
	  SL_KSTATUS_IN_PROGRESS, "Ready: 1/2" },
	{ "deployment whose replica set is not available",
	  "{'apiVersion':'apps/"
	  "v1','kind':'Deployment','spec':{'replicas':1,'progressDeadlineSeconds':600},"
	  "'status':{'replicas':1,'updatedReplicas':1,'availableReplicas':1,'readyReplicas':1,"
	  "'conditions':[{'type':'Progressing','status':'True','reason':'ReplicaSetUpdated'},"
	  "{'type':'Available','status':'True'}]}}",
	  SL_KSTATUS_IN_PROGRESS, "ReplicaSet not Available" },
	{ "deployment available",
	  "{'apiVersion':'apps/"
	  "v1','kind':'Deployment','spec':{'replicas':1,'progressDeadlineSeconds':600},"
	  "'status':{'replicas':1,'updatedReplicas':1,'availableReplicas':1,'readyReplicas':1,"
	  "'conditions':[{'type':'Progressing','status':'True','reason':'NewReplicaSetAvailable'},"
	  "{'type':'Available','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, "Replicas: 1" },
	{ "deployment scaled to nothing",
	  "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':0},"
	  "'status':{'conditions':[{'type':'Available','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "a Deployment of another group is judged by Ready",
	  "{'apiVersion':'example.com/v1','kind':'Deployment','spec':{'replicas':3}}",
	  SL_KSTATUS_CURRENT, NULL },

	{ "statefulset updated on delete",
	  "{'apiVersion':'apps/"
	  "v1','kind':'StatefulSet','spec':{'updateStrategy':{'type':'OnDelete'}}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "statefulset not ready",
	  "{'apiVersion':'apps/v1','kind':'StatefulSet','spec':{'replicas':2},"
	  "'status':{'replicas':2,'readyReplicas':1}}",
	  SL_KSTATUS_IN_PROGRESS, "Ready: 1/2" },
	{ "statefulset partition under way",
	  "{'apiVersion':'apps/v1','kind':'StatefulSet','spec':{'replicas':3,'updateStrategy':"
	  "{'rollingUpdate':{'partition':1}}},'status':{'replicas':3,'readyReplicas':3,'"
	  "updatedReplicas':1}}",
	  SL_KSTATUS_IN_PROGRESS, "updated: 1/2" },
	{ "statefulset partition done",
	  "{'apiVersion':'apps/v1','kind':'StatefulSet','spec':{'replicas':3,'updateStrategy':"
	  "{'rollingUpdate':{'partition':1}}},'status':{'replicas':3,'readyReplicas':3,'"
	  "updatedReplicas':2}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "statefulset between revisions",
	  "{'apiVersion':'apps/"
	  "v1','kind':'StatefulSet','spec':{'replicas':1},'status':{'replicas':1,"
	  "'readyReplicas':1,'currentReplicas':1,'currentRevision':'a','updateRevision':'b'}}",
	  SL_KSTATUS_IN_PROGRESS, "revision" },
	{ "statefulset done",
	  "{'apiVersion':'apps/"
	  "v1','kind':'StatefulSet','spec':{'replicas':1},'status':{'replicas':1,"
	  "'readyReplicas':1,'currentReplicas':1,'currentRevision':'b','updateRevision':'b'}}",
	  SL_KSTATUS_CURRENT, NULL },

	{ "daemonset not observed",
	  "{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'generation':1}}",
	  SL_KSTATUS_IN_PROGRESS, "observedGeneration" },
	{ "daemonset short",
	  "{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'generation':1},'status':"
	  "{'observedGeneration':1,'desiredNumberScheduled':2,'currentNumberScheduled':2,"
	  "'updatedNumberScheduled':2,'numberAvailable':1,'numberReady':1}}",
	  SL_KSTATUS_IN_PROGRESS, "Available: 1/2" },
	{ "daemonset done",
	  "{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'generation':1},'status':"
	  "{'observedGeneration':1,'desiredNumberScheduled':1,'currentNumberScheduled':1,"
	  "'updatedNumberScheduled':1,'numberAvailable':1,'numberReady':1}}",
	  SL_KSTATUS_CURRENT, NULL },

	{ "replicaset failing",
	  "{'apiVersion':'apps/"
	  "v1','kind':'ReplicaSet','spec':{'replicas':1},'status':{'conditions':"
	  "[{'type':'ReplicaFailure','status':'True','message':'quota'}]}}",
	  SL_KSTATUS_IN_PROGRESS, "quota" },
	{ "replicaset done",
	  "{'apiVersion':'apps/"
	  "v1','kind':'ReplicaSet','spec':{'replicas':1},'status':{'replicas':1,"
	  "'fullyLabeledReplicas':1,'availableReplicas':1,'readyReplicas':1}}",
	  SL_KSTATUS_CURRENT, NULL },

	{ "claim pending",
	  "{'apiVersion':'v1','kind':'PersistentVolumeClaim','status':{'phase':'Pending'}}",
	  SL_KSTATUS_IN_PROGRESS, "Pending" },
	{ "claim bound",
	  "{'apiVersion':'v1','kind':'PersistentVolumeClaim','status':{'phase':'Bound'}}",
	  SL_KSTATUS_CURRENT, NULL },

	{ "pod succeeded", "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Succeeded'}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "pod failed is complete", "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Failed'}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "pod ready",
	  "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Running','conditions':[{'type':'"
	  "Ready','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "pod crash looping",
	  "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Running','containerStatuses':[{'name'"
	  ":'app',"
	  "'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}}",
	  SL_KSTATUS_FAILED, "app" },
	{ "pod not ready", "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Running'}}",
	  SL_KSTATUS_IN_PROGRESS, NULL },
	{ "pod unschedulable for long",
	  "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Pending','conditions':[{'type':'"
	  "PodScheduled',"
	  "'status':'False','reason':'Unschedulable','lastTransitionTime':'2026-01-01T00:00:44Z','"
	  "message':'no node'}]}}",
	  SL_KSTATUS_FAILED, "no node" },
	{ "pod unschedulable for a moment",
	  "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Pending','conditions':[{'type':'"
	  "PodScheduled',"
	  "'status':'False','reason':'Unschedulable','lastTransitionTime':'2026-01-01T00:00:50Z'}]}"
	  "}",
	  SL_KSTATUS_IN_PROGRESS, "not been scheduled" },

	{ "service", "{'apiVersion':'v1','kind':'Service','spec':{'type':'ClusterIP'}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "load balancer without address",
	  "{'apiVersion':'v1','kind':'Service','spec':{'type':'LoadBalancer'}}",
	  SL_KSTATUS_IN_PROGRESS, NULL },
	{ "load balancer",
	  "{'apiVersion':'v1','kind':'Service','spec':{'type':'LoadBalancer','clusterIP':'10.0.0.1'"
	  "}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "config map", "{'apiVersion':'v1','kind':'ConfigMap'}", SL_KSTATUS_CURRENT, NULL },
	{ "budget", "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget'}", SL_KSTATUS_CURRENT,
	  NULL },
	{ "cron job", "{'apiVersion':'batch/v1','kind':'CronJob'}", SL_KSTATUS_CURRENT, NULL },

	{ "job running", "{'apiVersion':'batch/v1','kind':'Job','status':{'active':1}}",
	  SL_KSTATUS_IN_PROGRESS, NULL },
	{ "job suspended", "{'apiVersion':'batch/v1','kind':'Job','spec':{'suspend':true}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "job complete",
	  "{'apiVersion':'batch/"
	  "v1','kind':'Job','status':{'conditions':[{'type':'Complete','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, NULL },
	{ "job failed",
	  "{'apiVersion':'batch/"
	  "v1','kind':'Job','status':{'failed':6,'conditions':[{'type':'Failed','status':'True'}]}"
	  "}",
	  SL_KSTATUS_FAILED, "failed: 6" },

	{ "definition new",
	  "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition'}",
	  SL_KSTATUS_IN_PROGRESS, NULL },
	{ "definition installing",
	  "{'apiVersion':'apiextensions.k8s.io/"
	  "v1','kind':'CustomResourceDefinition','status':{'conditions':"
	  "[{'type':'Established','status':'False','reason':'Installing'}]}}",
	  SL_KSTATUS_IN_PROGRESS, NULL },
	{ "definition with a name taken",
	  "{'apiVersion':'apiextensions.k8s.io/"
	  "v1','kind':'CustomResourceDefinition','status':{'conditions':"
	  "[{'type':'NamesAccepted','status':'False','message':'taken'}]}}",
	  SL_KSTATUS_FAILED, "taken" },
	{ "definition established",
	  "{'apiVersion':'apiextensions.k8s.io/"
	  "v1','kind':'CustomResourceDefinition','status':{'conditions':"
	  "[{'type':'Established','status':'True'}]}}",
	  SL_KSTATUS_CURRENT, NULL },
};

static void judges_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_kstatus_result r =
			sl_kstatus_compute(&a, tree(&a, cases[i].object), NOW_MS);

		if (r.status != cases[i].status)
			fail_msg("%s: got %s (%s), want %s", cases[i].name,
				 sl_kstatus_name(r.status), r.message,
				 sl_kstatus_name(cases[i].status));
		if (cases[i].message &&
		    sl_str_find(sl_str(r.message), sl_str(cases[i].message)) < 0)
			fail_msg("%s: message '%s' lacks '%s'", cases[i].name, r.message,
				 cases[i].message);
	}
}

static void says_when_time_alone_may_change_the_verdict(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *pod = tree(
		&a, "{'apiVersion':'v1','kind':'Pod','status':{'phase':'Pending','conditions':[{"
		    "'type':'PodScheduled','status':'False','reason':'Unschedulable',"
		    "'lastTransitionTime':'2026-01-01T00:00:50Z'}]}}");

	(void)state;
	/* 10 of the 15 s have passed. */
	assert_int_equal(sl_kstatus_compute(&a, pod, NOW_MS).recheck_ms, 5001);
	assert_int_equal(sl_kstatus_compute(&a, pod, NOW_MS + 5001).status, SL_KSTATUS_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_kind),
		cmocka_unit_test(says_when_time_alone_may_change_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
