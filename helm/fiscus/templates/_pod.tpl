{{/* What every pod of this chart is held to. Argument: dict root, group (true: volumes belong to our group). */}}
{{- define "fiscus.podSettings" -}}
serviceAccountName: {{ .root.Values.serviceAccountName }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  {{- if .group }}
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "fiscus.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Replicas on different nodes and zones where there are any. Argument: dict root, part, settings. */}}
{{- define "fiscus.placement" -}}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "fiscus.selector" $ | nindent 8 }}
  {{- end }}
{{- with .settings.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* One variable from a key of an existing Secret. Argument: list variable, Secret, key. */}}
{{- define "fiscus.secretVariable" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef: {name: {{ index . 1 }}, key: {{ index . 2 }}}
{{- end }}

{{/* The variables of a serving pod. Argument: dict root, name, service. */}}
{{- define "fiscus.variables" -}}
{{- $secret := include "fiscus.secret" . -}}
{{ include "fiscus.secretVariable" (list "FISCUS_PAGE_TOKEN_KEY" (include "fiscus.sharedSecret" .root) "page-token-key") }}
{{- if .service.uses.postgres }}
{{ include "fiscus.secretVariable" (list "FISCUS_PG_DSN" $secret "pg-dsn") }}
{{- end }}
{{- if .service.peers }}
{{ include "fiscus.secretVariable" (list "FISCUS_SERVICE_SECRET" $secret "service-secret") }}
{{- end }}
{{- if and .service.uses.redis .root.Values.redis.address }}
{{ include "fiscus.secretVariable" (list "FISCUS_REDIS_PASSWORD" $secret "redis-password") }}
{{- end }}
{{- range $variable, $key := .service.secretEnv }}
{{ include "fiscus.secretVariable" (list $variable $secret $key) }}
{{- end }}
{{- if eq .name "identity" }}
{{- range $entry := include "fiscus.serviceSecrets" .root | fromJsonArray }}
{{- $peer := include "fiscus.service" (dict "root" $.root "name" $entry.service) | fromJson }}
{{ include "fiscus.secretVariable" (list $entry.secret_env (include "fiscus.secret" (dict "root" $.root "name" $entry.service "service" $peer)) "service-secret") }}
{{- end }}
{{- end }}
{{- end }}

{{/* `live`: the server answers. The empty name: it and all that it needs do. Argument: dict root, service. */}}
{{- define "fiscus.probes" -}}
{{- $grpc := .root.Values.ports.grpc -}}
startupProbe:
  grpc: {port: {{ $grpc }}, service: live}
  periodSeconds: 2
  failureThreshold: {{ div .service.startupSeconds 2 }}
livenessProbe:
  grpc: {port: {{ $grpc }}, service: live}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  grpc: {port: {{ $grpc }}}
  periodSeconds: 3
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}

{{/* Waiting, then the drain, then what the process has to finish. Argument: service. */}}
{{- define "fiscus.graceSeconds" -}}
{{- $drain := dig "server" "drain_ms" 10000 .config | int -}}
{{- add .preStopSeconds (div (add $drain 999) 1000) 20 -}}
{{- end }}

{{/* Where an annotation-driven Prometheus looks. Argument: root. */}}
{{- define "fiscus.scraped" -}}
{{- if .Values.metrics.annotations }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .Values.ports.metrics | quote }}
prometheus.io/path: /metrics
{{- end }}
{{- end }}
