{{/* A map as textproto: maps are messages, lists repeated fields. JSON's scalars are textproto's, and no number turns into a power of ten. */}}
{{- define "fiscus.textproto" -}}
{{- range $field, $value := . }}
{{- if not (kindIs "slice" $value) }}{{ $value = list $value }}{{ end }}
{{- range $value }}
{{- if kindIs "map" . }}
{{ $field }} {
{{ include "fiscus.textproto" . | trim | indent 2 }}
}
{{- else if not (kindIs "invalid" .) }}
{{ $field }}: {{ toRawJson . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the chart itself sets in a service's configuration, as JSON. Argument: dict root, name, service. */}}
{{- define "fiscus.derived" -}}
{{- $values := .root.Values -}}
{{- $uses := .service.uses -}}
{{- $name := .name -}}
{{- $address := printf "%s-%%s:%v" (include "fiscus.fullname" .root) $values.ports.grpc -}}
{{- $config := dict "server" (dict
      "listen" (printf "0.0.0.0:%v" $values.ports.grpc)
      "metrics_listen" (printf "0.0.0.0:%v" $values.ports.metrics)) -}}
{{- if $uses.postgres }}{{ $_ := set $config "postgres" (dict "dsn_env" "FISCUS_PG_DSN") }}{{ end -}}
{{- if $uses.kafka }}{{ $_ := set $config "kafka" (dict "brokers" (include "fiscus.brokers" .root)) }}{{ end -}}
{{- if $uses.auth }}
{{- $_ := set $config "auth" (dict "identity" (printf $address "identity") "service_secret_env" "FISCUS_SERVICE_SECRET") }}
{{- end -}}
{{- if and $uses.redis $values.redis.address }}
{{- $_ := set $config "redis" (dict "address" $values.redis.address "password_env" "FISCUS_REDIS_PASSWORD") }}
{{- end -}}
{{- range $field, $peer := .service.peers }}{{ $_ := set $config $field (printf $address $peer) }}{{ end -}}
{{- range $field, $where := .service.external }}
{{- $_ := set $config $field (required (printf "services.%s.external.%s is needed: host:port" $name $field) $where) }}
{{- end -}}
{{- with .service.state }}{{ $_ := set $config .field "/var/lib/fiscus" }}{{ end -}}
{{- if eq $name "identity" }}{{ $_ := set $config "service_secret" (include "fiscus.serviceSecrets" .root | fromJsonArray) }}{{ end -}}
{{- toJson $config -}}
{{- end }}

{{- define "fiscus.brokers" -}}
{{- required "kafka.brokers is needed: host:port[,host:port]" .Values.kafka.brokers -}}
{{- end }}

{{/* Identity's list of the services that prove themselves to it, as JSON: those that call others. */}}
{{- define "fiscus.serviceSecrets" -}}
{{- $list := list -}}
{{- range $name, $service := .Values.services }}
{{- if $service.peers }}
{{- $list = append $list (dict "service" $name "secret_env" (printf "FISCUS_SERVICE_SECRET_%s" (upper $name))) }}
{{- end }}
{{- end }}
{{- toJson $list -}}
{{- end }}

{{/* The configuration file of a service. Argument: dict root, name, service. */}}
{{- define "fiscus.config" -}}
# proto-file: services/{{ .name }}/config.proto
{{- include "fiscus.textproto" (mergeOverwrite (deepCopy .service.config) (include "fiscus.derived" . | fromJson)) }}
{{- end }}
