{{/* Prefix of all names: the release's name, unless it is overridden. */}}
{{- define "fiscus.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-fiscus" .Release.Name) (contains "fiscus" .Release.Name) -}}
{{- default $name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* What selects the pods of a part; never changes in the life of a release. Argument: dict root, part. */}}
{{- define "fiscus.selector" -}}
app.kubernetes.io/name: fiscus
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{/* All labels of a resource. Argument: dict root, part. */}}
{{- define "fiscus.labels" -}}
{{ include "fiscus.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* An image by digest, else by tag. Argument: dict root, image. */}}
{{- define "fiscus.image" -}}
{{- with .root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ default .root.Chart.AppVersion .image.tag }}{{ end }}
{{- end }}

{{/* A service's values over the defaults, as JSON. Argument: dict root, name. */}}
{{- define "fiscus.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.services .name)) | toJson -}}
{{- end }}

{{/* Names of the Secrets that an installation brings. Argument: dict root, name, service. */}}
{{- define "fiscus.secret" -}}
{{- default (printf "%s-%s" (include "fiscus.fullname" .root) .name) .service.existingSecret -}}
{{- end }}
{{- define "fiscus.ownerSecret" -}}
{{- default (printf "%s-%s-owner" (include "fiscus.fullname" .root) .name) .service.ownerSecret -}}
{{- end }}
{{- define "fiscus.sharedSecret" -}}
{{- default (printf "%s-shared" (include "fiscus.fullname" .)) .Values.sharedSecret -}}
{{- end }}
{{- define "fiscus.tlsSecret" -}}
{{- default (printf "%s-tls" (include "fiscus.fullname" .)) .Values.gateway.tlsSecret -}}
{{- end }}
