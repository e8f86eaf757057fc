/*
 * Names of Flux's API that more than one controller uses: groups, annotations, conditions, reasons.
 *
 * Reasons that a single kind uses stand in that controller. Source: the specs of Flux's API groups.
 */
#ifndef LIBCOMMON_GITOPS_API_H
#define LIBCOMMON_GITOPS_API_H

#define SL_GROUP_SOURCE "source.toolkit.fluxcd.io"
#define SL_GROUP_KUSTOMIZE "kustomize.toolkit.fluxcd.io"
#define SL_GROUP_HELM "helm.toolkit.fluxcd.io"
#define SL_GROUP_NOTIFICATION "notification.toolkit.fluxcd.io"
#define SL_GROUP_IMAGE "image.toolkit.fluxcd.io"
#define SL_GROUP_EVENT "event.toolkit.fluxcd.io"
#define SL_GROUP_SLUICE "sluice.dev"

#define SL_KIND_GIT_REPOSITORY "GitRepository"
#define SL_KIND_OCI_REPOSITORY "OCIRepository"
#define SL_KIND_BUCKET "Bucket"
#define SL_KIND_HELM_REPOSITORY "HelmRepository"
#define SL_KIND_HELM_CHART "HelmChart"
#define SL_KIND_EXTERNAL_ARTIFACT "ExternalArtifact"
#define SL_KIND_KUSTOMIZATION "Kustomization"
#define SL_KIND_HELM_RELEASE "HelmRelease"

#define SL_FINALIZER "finalizers.fluxcd.io"

/* SL_ANN_REQUESTED_AT stands in kube/controller.h, SL_ANN_EVENT_* in kube/events.h. */
#define SL_ANN_FORCE_AT "reconcile.fluxcd.io/forceAt"
#define SL_ANN_RESET_AT "reconcile.fluxcd.io/resetAt"

/* Metadata keys of events, after "<group>/". */
#define SL_META_REVISION "revision"
#define SL_META_ORIGIN_REVISION "originRevision"
#define SL_META_DIGEST "digest"
#define SL_META_COMMIT_STATUS "commit_status"
#define SL_META_COMMIT_STATUS_UPDATE "update"

/* Condition types. */
#define SL_COND_READY "Ready"
#define SL_COND_RECONCILING "Reconciling"
#define SL_COND_STALLED "Stalled"
#define SL_COND_HEALTHY "Healthy"

/* Reasons of several kinds. */
#define SL_REASON_SUCCEEDED "Succeeded"
#define SL_REASON_FAILED "Failed"
#define SL_REASON_PROGRESSING "Progressing"
#define SL_REASON_PROGRESSING_WITH_RETRY "ProgressingWithRetry"
#define SL_REASON_SUSPENDED "Suspended"
#define SL_REASON_DEPENDENCY_NOT_READY "DependencyNotReady"
#define SL_REASON_ARTIFACT_FAILED "ArtifactFailed"
#define SL_REASON_BUILD_FAILED "BuildFailed"
#define SL_REASON_RECONCILIATION_SUCCEEDED "ReconciliationSucceeded"
#define SL_REASON_RECONCILIATION_FAILED "ReconciliationFailed"
#define SL_REASON_PRUNE_FAILED "PruneFailed"
#define SL_REASON_HEALTH_CHECK_FAILED "HealthCheckFailed"
#define SL_REASON_HEALTH_CHECK_CANCELED "HealthCheckCanceled"
#define SL_REASON_ACCESS_DENIED "AccessDenied"
#define SL_REASON_INVALID_CEL "InvalidCELExpression"
#define SL_REASON_FEATURE_GATE_DISABLED "FeatureGateDisabled"
#define SL_REASON_DIRECTORY_CREATION_FAILED "DirectoryCreationFailed"
#define SL_REASON_AUTHENTICATION_FAILED "AuthenticationFailed"
#define SL_REASON_URL_INVALID "URLInvalid"
#define SL_REASON_PATCH_OPERATION_FAILED "PatchOperationFailed"

#endif
